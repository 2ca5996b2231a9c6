// What views know: they are drawn again when it changes.
import { useEffect, useState, useSyncExternalStore } from 'react';
import { cockpit } from '../bridge/cockpit.ts';
import { guests, type KnownGuests } from '../bridge/guests.ts';
import type { Store } from '../bridge/store.ts';
import { type Task, tasks } from '../bridge/tasks.ts';

export const useStore = <T>({ subscribe, known }: Pick<Store<T>, 'subscribe' | 'known'>): T =>
  useSyncExternalStore(subscribe, known);
export const useGuests = (): KnownGuests => useStore(guests);
export const useGuestNames = (): readonly string[] => (useGuests().guests ?? []).map(({ name }) => name);
export const useTasks = (): readonly Task[] => useStore(tasks.all);

/** The language of the user, as browsers name it. */
export const language = (): string => (cockpit.language ?? 'en').replace('_', '-');

/** Where the page is: the parts of the address behind it. */
export function usePath(): readonly string[] {
  const [path, setPath] = useState(cockpit.location.path);
  useEffect(() => {
    const changed = () => setPath(cockpit.location.path);
    cockpit.addEventListener('locationchanged', changed);
    return () => cockpit.removeEventListener('locationchanged', changed);
  }, []);
  return path;
}

export interface Asked<T> {
  readonly answer: T | undefined;
  readonly failure: string | undefined;
}

/** Asks when it is first drawn, and again when `key` changes. The last answer stays until there is another one. */
export function useAnswer<T>(question: () => Promise<T>, key: string): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ answer: undefined, failure: undefined });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the question depends on.
  useEffect(() => {
    let isCurrent = true;
    question().then(
      (answer) => isCurrent && setAsked({ answer, failure: undefined }),
      (error: Error) => isCurrent && setAsked({ answer: undefined, failure: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, [key]);
  return asked;
}

/** Like useAnswer() for what is typed: asks after a pause, and one question at a time, of those that came up meanwhile the last. */
export function useCheck<T>(question: () => Promise<T>, typed: string): Asked<T> {
  const key = useDelayed(typed);
  const [asked, setAsked] = useState<Asked<T>>({ answer: undefined, failure: undefined });
  const [answered, setAnswered] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the question depends on.
  useEffect(() => {
    if (isAsking || answered === key) return;
    setAsking(true);
    const end = (some: Asked<T>) => {
      setAsked(some);
      setAnswered(key);
      setAsking(false);
    };
    question().then(
      (answer) => end({ answer, failure: undefined }),
      (error: Error) => end({ answer: undefined, failure: error.message }),
    );
  }, [key, isAsking, answered]);
  return asked;
}

/** In milliseconds: who types pauses for less. */
const typing = 400;

/** Returns a value once it has not changed for a moment. */
function useDelayed<T>(value: T): T {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setDelayed(value), typing);
    return () => window.clearTimeout(timer);
  }, [value]);
  return delayed;
}
