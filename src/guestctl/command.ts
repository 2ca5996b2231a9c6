// What all commands have in common: how one is defined, its options, what it prints and how it ends.
import { Argument, type Command, Option } from 'commander';
import { printableJson } from '../host/printable.ts';
import { tell } from '../host/tell.ts';
import { printPaged } from './pager.ts';
import { rendered, type Screen, screenOf } from './screen.ts';

/** A command's file exports one of these; program.ts calls it. The command's action gets it as its last argument. */
export type Define = (guestctl: Command) => Command;

/** What a user gets to see of a command's answer. */
export interface Answer {
  /** For people; nothing is printed if it is empty. It may contain anything: what acts on a terminal is escaped, colours excepted. */
  readonly text: (screen: Screen) => string;
  /** For scripts, as docs/guestctl.schema.json says: commits in full, times in RFC 3339, null for what is not. */
  readonly json?: () => unknown;
}

/** 0: done. These are for `process.exitCode`; guestctl(1) tells them to users. */
export const failed = 1;
export const misused = 2;

/** Completion knows what these are by their names. */
export const guestArgument = (): Argument => new Argument('<guest>', 'the name of a guest');
export const guestsArgument = (): Argument => new Argument('<guest...>', 'names of guests');
export const guestOrBuildArgument = (): Argument =>
  new Argument('<guest-or-build>', 'the name of a guest or of a build');
export const deploymentArgument = (): Argument => new Argument('[deployment]', deploymentHelp);
export const requiredDeploymentArgument = (): Argument => new Argument('<deployment>', deploymentHelp);
const deploymentHelp = 'CHECKSUM.SERIAL, or the first digits of its commit';

/** For commands that print what scripts read as well. */
export const outputOption = (...more: string[]): Option =>
  new Option('-o, --output <format>', 'how to print it').choices(['table', 'wide', 'json', ...more]);

/** Adds the options that may be given before or behind every command, as with systemctl. */
export function addCommonOptions(guestctl: Command): void {
  for (const option of [outputOption(), ...commonOptions()]) guestctl.addOption(option);
  // The same objects for all commands: a hundred of them take a millisecond to be made.
  const ofCommands = commonOptions().map((option) => option.helpGroup('Common options:'));
  for (const command of guestctl.commands) for (const option of ofCommands) command.addOption(option);
  guestctl.hook('preAction', (_, command) => {
    const prints = command.options.some((option) => option.attributeName() === 'output');
    if (!prints && guestctl.getOptionValue('output') !== undefined)
      command.error(`error: '${command.name()}' has no option --output`);
  });
}

const commonOptions = (): Option[] => [
  new Option('-q, --quiet', 'print nothing but errors and what was asked for'),
  new Option('--no-pager', 'do not pipe output into a pager'),
  new Option('--no-legend', 'print no column headers'),
  new Option('-H, --host <host>', 'do it on [USER@]HOST[:PORT], over ssh'),
];

export const formatOf = (command: Command): string => (given(command, 'output') as string) ?? 'table';
export const isQuiet = (command: Command): boolean => given(command, 'quiet') === true;
export const hostOf = (command: Command): string | undefined => given(command, 'host') as string | undefined;

/** Prints an answer in the format that was asked for. */
export async function print(command: Command, { text, json }: Answer): Promise<void> {
  const pager = given(command, 'pager') !== false;
  const format = formatOf(command);
  if (format === 'json' && json) return printPaged(printableJson(json()), pager);
  const legend = given(command, 'legend') !== false;
  const printed = text(screenOf({ wide: format === 'wide', legend }));
  if (printed !== '') await printPaged(rendered(printed), pager);
}

/** Tells what was done, or what comes next, to a person; not with --quiet, and not into what a script reads. */
export function say(command: Command, text: string): void {
  if (!isQuiet(command)) tell(text);
}

/** What was given on the command line: behind the command, else before it. */
function given(command: Command, option: string): unknown {
  const behind = command.getOptionValueSource(option) === 'cli';
  return (behind ? command : (command.parent ?? command)).getOptionValue(option);
}
