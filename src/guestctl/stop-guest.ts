import type { Command } from 'commander';
import { tell } from '../host/tell.ts';
import { stopGuest } from '../machine/guest-state.ts';
import { findLock } from '../state/fleet-lock.ts';
import { killedWarning } from '../state/killed.ts';
import { say } from './command.ts';
import { keepsLockWords } from './give-up-lock.ts';

/** Shuts a guest down, and says whether it had to be killed. */
export async function stopAndTell(name: string, command: Command): Promise<void> {
  const isKilled = await stopGuest(name);
  if (isKilled) tell(`warning: ${killedWarning(name)}`);
  say(command, `${name} is stopped`);
  const lock = findLock(name);
  if (lock) tell(keepsLockWords(name, lock));
}
