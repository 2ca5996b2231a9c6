import type { Command } from 'commander';
import { stopOrKill } from '../host/systemctl.ts';
import { tell } from '../host/tell.ts';
import { driver } from '../machine/driver.ts';
import { findLock } from '../state/fleet-lock.ts';
import { killedWarning } from '../state/killed.ts';
import { say } from './command.ts';
import { keepsLockWords } from './give-up-lock.ts';

/** Shuts a guest down, and says whether it had to be killed. */
export async function stopAndTell(name: string, command: Command): Promise<void> {
  const isKilled = await stopOrKill(driver.unit(name));
  if (isKilled) tell(`warning: ${killedWarning(name)}`);
  say(command, `${name} is stopped`);
  const lock = findLock(name);
  if (lock) tell(keepsLockWords(name, lock));
}
