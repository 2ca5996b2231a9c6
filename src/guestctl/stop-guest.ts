import type { Command } from 'commander';
import { tell } from '../host/tell.ts';
import { noteStop } from '../machine/start-mark.ts';
import { stopGuest } from '../machine/stopping.ts';
import { findLock } from '../state/fleet-lock.ts';
import { say } from './command.ts';
import { keepsLockWords } from './give-up-lock.ts';

/** Shuts a guest down, and says whether it had to be killed. It stays stopped until somebody starts it. */
export async function stopAndTell(name: string, command: Command): Promise<void> {
  noteStop(name);
  await stopGuest(name, tellWarning);
  say(command, `${name} is stopped`);
  const lock = findLock(name);
  if (lock) tell(keepsLockWords(name, lock));
}

/** Tells that a guest was killed because it did not stop in time. */
export const tellWarning = (warning: string): void => tell(`warning: ${warning}`);
