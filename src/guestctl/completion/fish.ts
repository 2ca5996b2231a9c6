import type { Command } from 'commander';
import { type CompletionKind, commandModels, type OptionModel, optionModel } from './model.ts';

/** For /usr/share/fish/vendor_completions.d/guestctl.fish. */
export function fishCompletion(program: Command): string {
  const commands = commandModels(program);
  const none = `not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(' ')}`;
  const lines = [
    '# Made of the command line of guestctl itself.',
    'function __guestctl_words',
    '    set --local words (commandline --tokenize-at-cursor --cut-at-cursor 2>/dev/null; or commandline -opc)',
    "    string match --invert --regex -- '^-' $words",
    'end',
    '# The guest of the command: the second word behind guestctl.',
    'function __guestctl_deployments',
    '    set --local words (__guestctl_words)',
    '    guestctl complete deployments $words[3] (commandline --current-token) 2>/dev/null',
    'end',
    'function __guestctl_place',
    '    test (count (__guestctl_words)) -eq (math $argv[1] + 2)',
    'end',
    'complete --command guestctl --no-files',
    ...program.options.map((option) => optionLine(optionModel(option), none)),
    ...commands.flatMap(({ name, description, options, arguments: kinds, variadic }) => [
      `complete --command guestctl --condition ${quote(none)} --arguments ${name} --description ${quote(description)}`,
      ...options.map((option) => optionLine(option, `__fish_seen_subcommand_from ${name}`)),
      ...kinds.flatMap((kind, index) => {
        const place = variadic && index === kinds.length - 1 ? '' : `; and __guestctl_place ${index}`;
        const words = wordsOf[kind];
        if (!words) return [];
        return [
          `complete --command guestctl --condition ${quote(`__fish_seen_subcommand_from ${name}${place}`)} --arguments ${quote(words)}`,
        ];
      }),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

const wordsOf: Readonly<Partial<Record<CompletionKind, string>>> = {
  guest: '(guestctl complete guests 2>/dev/null)',
  declared: '(guestctl complete declared 2>/dev/null)',
  deployment: '(__guestctl_deployments)',
};

function optionLine({ short, long, description, value, takesValue }: OptionModel, condition: string): string {
  const words = [
    `complete --command guestctl --condition ${quote(condition)}`,
    ...(short ? [`--short-option ${short.slice(1)}`] : []),
    `--long-option ${long.slice(2)}`,
    ...(takesValue ? ['--require-parameter'] : []),
    ...(Array.isArray(value) ? [`--arguments ${quote(value.join(' '))}`] : []),
    ...(value === 'file' ? ['--force-files'] : []),
    `--description ${quote(description)}`,
  ];
  return words.join(' ');
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
