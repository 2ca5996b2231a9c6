import type { Command } from 'commander';
import { Failure } from '../host/failure.ts';
import { isRoot } from '../host/is-root.ts';
import { shellWord } from '../host/shell-word.ts';

/** Fails before a command does anything, if it needs root. */
export function requireRoot(command: Command): void {
  if (isRoot()) return;
  const words = process.argv.slice(2).map(shellWord).join(' ');
  throw new Failure(`guestctl ${command.name()} needs root: sudo guestctl ${words}`);
}
