import type { Command, Option } from 'commander';

/** The command line, as far as completion needs it. */
export interface CommandModel {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionModel[];
  /** The kind of each argument; the kind of a variadic one also applies to all that follow. */
  readonly arguments: readonly CompletionKind[];
  readonly variadic: boolean;
}

export interface OptionModel {
  readonly short: string | undefined;
  readonly long: string;
  readonly description: string;
  /** The possible words; `file` for a file; undefined for any other value. */
  readonly value: readonly string[] | 'file' | undefined;
  readonly takesValue: boolean;
}

export type CompletionKind = 'guest' | 'declared' | 'deployment' | 'file' | 'other';

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

/** Finds the kind of an argument by its name in the help. */
function kindOf(name: string): CompletionKind {
  if (name === 'guest') return name;
  if (name === 'guest-or-file' || name === 'guest-or-build') return 'declared';
  if (name === 'from' || name === 'to') return 'deployment';
  return name === 'deployment' || name === 'file' ? name : 'other';
}
