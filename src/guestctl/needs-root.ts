// Commands and data for root only.
import type { Command } from 'commander';
import { Failure } from '../host/failure.ts';
import { isRoot } from '../host/is-root.ts';
import { shellWord } from '../host/shell-word.ts';
import { tell } from '../host/tell.ts';

/** The command that was typed, as root would type it. */
const asRoot = (): string => `sudo guestctl ${process.argv.slice(2).map(shellWord).join(' ')}`.trim();

export const needsRoot = (): Failure => new Failure('This needs root', `Run: ${asRoot()}`);

/** Fails before a command does anything, if it needs root. */
export function requireRoot(): void {
  if (!isRoot()) throw needsRoot();
}

/** Options with which a command only looks. */
export const lookingOptions: readonly string[] = ['dryRun', 'listTemplates'];

/** True if a command that usually changes something only looks this time. */
export const onlyLooks = (command: Command): boolean =>
  lookingOptions.some((option) => command.getOptionValue(option) === true);

/** Like requireRoot(), for a hook before commands. */
export function requireRootFor(command: Command): void {
  if (!onlyLooks(command)) requireRoot();
}

/** Says which data a command could not read. */
export const tellHidden = (what: string): void =>
  tell(`Without root, guestctl does not see ${what}. Run: ${asRoot()}`);
