// The way to guestctl: what it prints as JSON, and the actions that it (or systemctl) carries out.
import { shownSoFar } from '../model/terminal-text.ts';
import type { Answers } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { type CockpitFailure, type CockpitProcess, cockpit } from './cockpit.ts';

/** A command that failed, in the words of guestctl. */
class CommandFailed extends Error {}

const options = { superuser: 'try', environ: ['LANG=C.UTF-8'] } as const;

/**
 * Runs a command that prints JSON. One that fails may have printed its answer, too: `list`, if a guest is damaged. One that
 * was ended has printed a part of it.
 */
export function ask<Name extends keyof Answers>(
  command: Name,
  args: readonly string[] = [],
  input = '',
): Promise<Answers[Name]> {
  const process = cockpit.spawn(['guestctl', command, ...args, '--output=json'], {
    ...options,
    err: 'message',
  });
  return new Promise((resolve, reject) => {
    let told = '';
    const end = (failure?: CockpitFailure) => {
      if (told.trim() === '') return reject(new CommandFailed(messageOf(failure)));
      try {
        const answer: Answers[Name] = JSON.parse(told);
        resolve(answer);
      } catch {
        reject(
          new CommandFailed(failure ? messageOf(failure) : t('guestctl printed something else than JSON')),
        );
      }
    };
    process
      .stream((text) => {
        told += text;
      })
      .then(() => end(), end);
    process.input(input);
  });
}

/**
 * Runs a command that acts, and tells what it has said so far. Fails with all that it said. Without input, guestctl has a
 * terminal: it shows only there how far it is. An empty input is one: it has an end, and a terminal has none.
 */
export function act(command: readonly string[], tell: (said: string) => void, input?: string): Promise<void> {
  let told = '';
  const pty = command[0] === 'guestctl' && input === undefined;
  const process: CockpitProcess = cockpit.spawn(command, { ...options, err: 'out', pty });
  process.stream((text) => {
    told = shownSoFar(told, text);
    tell(told);
  });
  if (!pty) process.input(input ?? '');
  return new Promise((resolve, reject) => {
    process.then(
      () => resolve(),
      (failure: CockpitFailure) => reject(new CommandFailed(told.trim() || messageOf(failure))),
    );
  });
}

function messageOf(failure: CockpitFailure | undefined): string {
  if (failure?.problem === 'not-found') return t('guestctl is not installed on this host');
  if (failure?.problem === 'access-denied') return t('You may not run guestctl on this host');
  return failure?.message?.trim() || t('guestctl printed nothing');
}
