// Shared by all commands: definition, common options, output and exit codes.
import { Argument, type Command, Option } from 'commander';
import { printableJson } from '../host/printable.ts';
import { tell } from '../host/tell.ts';
import { printPaged } from './pager.ts';
import { rendered, type Screen, screenOf } from './screen.ts';

/** Adds a command to the program. Each file of commands/ exports one, and program.ts calls it. */
export type Define = (guestctl: Command) => Command;

/** The output of a command. */
export interface Answer {
  /** For people. May contain any data: control characters are escaped when it is printed. Prints nothing if empty. */
  readonly text: (screen: Screen) => string;
  /** For scripts, by docs/guestctl.schema.json: full commits, times in RFC 3339, null for missing values. */
  readonly json?: () => unknown;
}

/** Values for `process.exitCode`, documented in guestctl(1). */
export const failed = 1;
export const misused = 2;
export const skipped = 3;

/** Arguments. Completion recognizes them by their names. */
export const guestArgument = (): Argument => new Argument('<guest>', 'name of a guest');
export const guestsArgument = (): Argument => new Argument('<guest...>', 'names of guests');
export const guestOrBuildArgument = (): Argument =>
  new Argument(
    '<guest-or-build>',
    'name of a guest, build or mirror; NAME.build or NAME.mirror if they share it',
  );
/** Returns the word that an argument must be; undefined if it has a choice. */
export const onlyWord = ({ argChoices }: Argument): string | undefined =>
  argChoices?.length === 1 ? argChoices[0] : undefined;
export const deploymentArgument = (): Argument => new Argument('[deployment]', deploymentHelp);
export const requiredDeploymentArgument = (): Argument => new Argument('<deployment>', deploymentHelp);
const deploymentHelp = 'CHECKSUM or CHECKSUM.SERIAL, of which the first digits are enough';

/** The option of commands that also print JSON. */
export const outputOption = (...more: string[]): Option =>
  new Option('-o, --output <format>', 'Output format').choices(['table', 'wide', 'json', ...more]);

/** The option of commands that list things of one kind. Without it, they fail only if a file cannot be used. */
export const failedOption = (things: string): Option =>
  new Option('--failed', `List only ${things} with something wrong, and exit with 1 if there are any`);

/** Adds the options that may be given before or after every command, as with systemctl. */
export function addCommonOptions(guestctl: Command): void {
  for (const option of [outputOption(), ...commonOptions()]) guestctl.addOption(option);
  // All commands share these objects: making a hundred takes a millisecond.
  const ofCommands = commonOptions().map((option) => option.helpGroup('Common options:'));
  for (const command of guestctl.commands) for (const option of ofCommands) command.addOption(option);
  guestctl.hook('preAction', (_, command) => {
    const prints = command.options.some((option) => option.attributeName() === 'output');
    if (!prints && guestctl.getOptionValue('output') !== undefined)
      command.error(`error: '${command.name()}' has no option --output`);
  });
}

const commonOptions = (): Option[] => [
  new Option('-q, --quiet', 'Print only errors and requested data'),
  new Option('--no-pager', 'Do not pipe output into a pager'),
  new Option('--no-legend', 'Do not print column headers'),
  new Option('-H, --host <host>', 'Run on another host over ssh: [USER@]HOST[:PORT]'),
];

export const formatOf = (command: Command): string => textOption(command, 'output') ?? 'table';
export const isQuiet = (command: Command): boolean => given(command, 'quiet') === true;
export const hostOf = (command: Command): string | undefined => textOption(command, 'host');

function textOption(command: Command, name: string): string | undefined {
  const value = given(command, name);
  return typeof value === 'string' ? value : undefined;
}

/** Prints an answer in the requested format. */
export async function print(command: Command, { text, json }: Answer): Promise<void> {
  const pager = given(command, 'pager') !== false;
  const format = formatOf(command);
  if (format === 'json' && json) return printPaged(printableJson(json()), pager);
  const legend = given(command, 'legend') !== false;
  const printed = text(screenOf({ wide: format === 'wide', legend }));
  if (printed !== '') await printPaged(rendered(printed), pager);
}

/** Tells a person what was done and what comes next, on standard error. Silent with --quiet. */
export function say(command: Command, text: string): void {
  if (!isQuiet(command)) tell(text);
}

/** Returns the value of an option: given after the command, else before it. */
function given(command: Command, option: string): unknown {
  const behind = command.getOptionValueSource(option) === 'cli';
  return (behind ? command : (command.parent ?? command)).getOptionValue(option);
}
