import type { Command, Option } from 'commander';

/** What completion needs to know of the command line. */
export interface CommandModel {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionModel[];
  /** What each argument is; of a variadic one, it is also what all that follow are. */
  readonly arguments: readonly Kind[];
  readonly variadic: boolean;
}

export interface OptionModel {
  readonly short: string | undefined;
  readonly long: string;
  readonly description: string;
  /** Words that it takes; `file` for a file; nothing where it takes a value that nobody can guess. */
  readonly value: readonly string[] | 'file' | undefined;
  readonly takesValue: boolean;
}

export type Kind = 'guest' | 'declared' | 'deployment' | 'file' | 'other';

export const optionModel = ({ short, long, flags, description, argChoices }: Option): OptionModel => ({
  short,
  long: long ?? short ?? '',
  description,
  value: argChoices ?? (/<(file|path)>/.test(flags) ? 'file' : undefined),
  takesValue: flags.includes('<'),
});

export const commandModels = (program: Command): CommandModel[] =>
  program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .map((command) => ({
      name: command.name(),
      description: command.description(),
      options: command.options.map(optionModel),
      arguments: command.registeredArguments.map((argument) => kindOf(argument.name())),
      variadic: command.registeredArguments.some((argument) => argument.variadic),
    }));

/** By the names that the arguments have in the help. */
function kindOf(name: string): Kind {
  if (name === 'guest') return name;
  if (name === 'guest-or-file' || name === 'guest-or-build') return 'declared';
  if (name === 'from' || name === 'to') return 'deployment';
  return name === 'deployment' || name === 'file' ? name : 'other';
}
