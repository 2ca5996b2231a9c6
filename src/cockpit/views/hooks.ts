// What views know: they are drawn again when it changes.
import { useSyncExternalStore } from 'react';
import { cockpit } from '../bridge/cockpit.ts';
import { guests, type KnownGuests } from '../bridge/guests.ts';
import { type Task, tasks } from '../bridge/tasks.ts';

export const useGuests = (): KnownGuests => useSyncExternalStore(guests.subscribe, guests.known);
export const useTasks = (): readonly Task[] => useSyncExternalStore(tasks.subscribe, tasks.all);

/** The language of the user, as browsers name it. */
export const language = (): string => (cockpit.language ?? 'en').replace('_', '-');
