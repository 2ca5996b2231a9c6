import type { Command, Option } from 'commander';
import { configDirectory } from '../../config/paths.ts';
import { onlyWord } from '../command.ts';
import { italic, type Page, subheading } from './page.ts';
import { bold, entry, example, heading, paragraph, roff } from './roff.ts';

/** The manual page guestctl(1), made from the help of the program. */
export const guestctlPage = (program: Command): Page => ({
  name: 'guestctl',
  section: 1,
  summary: 'manage OSTree-based systemd-nspawn guests',
  body: [
    heading('SYNOPSIS'),
    `${bold('guestctl')} [${roff('OPTIONS')}...] [${italic('COMMAND')} [${italic('ARGUMENT')}...]]`,
    heading('DESCRIPTION'),
    paragraph(
      'A guest is a whole machine on this host, declared by one file: ostree-guests.guest(5). ostree-guests(7) explains guests, from the first update to the removal. guestctl works through the systemd units of a guest, so you can also use systemctl(1), machinectl(1) and journalctl(1) on them. Without a command, guestctl lists the guests.',
    ),
    heading('COMMANDS'),
    ...commands(program),
    heading('OPTIONS'),
    paragraph(
      'These options may be given before or after the command, --version only before it. Options of a single command are described with it.',
    ),
    ...optionsText(program.options),
    heading('EXIT STATUS'),
    ...exitStatus.map(([code, text]) => entry(code, text)),
    heading('JSON'),
    paragraph(
      'With -o json, commits are printed in full, times as in RFC 3339, and missing values as null. Later versions add fields, but never rename or remove any. guestctl.schema.json in the documentation describes all fields.',
    ),
    heading('ENVIRONMENT'),
    ...environment.map(([name, text]) => entry(name, text)),
    heading('EXAMPLES'),
    ...examples.flatMap(([text, lines]) => [paragraph(text), example(lines)]),
  ],
  seeAlso:
    'ostree-guests(7), ostree-guests.guest(5), ostree-guests.build(5), ostree-guests.mirror(5), ostree-guests-generator(8), machinectl(1), systemctl(1), systemd-nspawn(1), ostree(1)',
});

const visible = (program: Command): Command[] =>
  program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help');

function commands(program: Command): string[] {
  const groups = [...new Set(visible(program).map((command) => command.helpGroup()))];
  return groups.flatMap((group) => [
    subheading(group.replace(/:$/, '')),
    ...visible(program)
      .filter((command) => command.helpGroup() === group)
      .flatMap(commandText),
  ]);
}

function commandText(command: Command): string[] {
  const words = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? '...' : '');
    return onlyWord(argument) ?? (argument.required ? name.toUpperCase() : `[${name.toUpperCase()}]`);
  });
  const own = command.options.filter((option) => option.helpGroupHeading !== 'Common options:');
  return [
    `.TP\n${bold(command.name())} ${italic(words.join(' '))}`.trimEnd(),
    roff(sentence(command.description())),
    ...(own.length > 0 ? ['.RS', ...optionsText(own), '.RE'] : []),
    ...moreText(command).map(more),
  ];
}

/** A paragraph; one that is indented in the help is shown as it is. */
const more = (text: string): string =>
  text.startsWith('  ')
    ? `.IP\n.nf\n${roff(text.replace(/^ {2}/gm, ''))}\n.fi`
    : `.IP\n${roff(text.replaceAll('\n', ' '))}`;

/** Returns the paragraphs that the help of a command has after its options. */
function moreText(command: Command): string[] {
  let help = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  command.configureOutput({ ...(writeOut && { writeOut }) });
  const text = help.slice(command.helpInformation().length).trim();
  return text === '' ? [] : text.split('\n\n');
}

const optionsText = (options: readonly Option[]): string[] =>
  options.map(({ flags, description, argChoices }) => {
    const choices = argChoices ? ` One of ${argChoices.join(', ')}.` : '';
    return entry(flags, sentence(description) + choices);
  });

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const exitStatus = [
  ['0', 'Success, also if there was nothing to do.'],
  [
    '1',
    'Failure, with the reason on standard error. For verify and doctor, and for list, builds and mirrors with --failed, also: something is wrong. For list, builds and mirrors also: a file cannot be used.',
  ],
  ['2', 'The command line is wrong.'],
  [
    '3',
    'With update: the source offers only a commit that was rejected, so that it was skipped. To try it again: guestctl forgive. With switch and update --switch: the guest runs on, because no lock is to be had (FleetLock=).',
  ],
  ['130', 'Ctrl-C detached guestctl from an update, a switch or a rehearsal, which continues.'],
  ['255', 'With -H: ssh(1) failed.'],
  [
    'other',
    'With exec and shell: the exit status of the command in the guest. With -H: that of guestctl on the other host.',
  ],
] as const;

const environment = [
  ['NO_COLOR', 'Disables colours, whatever its value. Only output to a terminal has colours.'],
  [
    'SYSTEMD_PAGER, PAGER',
    'The pager for output that is longer than the terminal. Default: less. Empty or cat: no pager. Under sudo and the like the pager is always less, in its secure mode.',
  ],
  [
    'SYSTEMD_PAGERSECURE',
    'A boolean: whether less runs in its secure mode, in which it starts no commands. If it is set, other pagers are allowed under sudo, too.',
  ],
  ['SYSTEMD_LESS', 'Options for less. Default: FRSXMK.'],
  ['SYSTEMD_EDITOR, EDITOR, VISUAL', 'The editor for guestctl edit.'],
] as const;

export const examples = [
  [
    'Create a guest with daily updates, and open a shell in it:',
    'guestctl create mail --ref site:debian/12/server --url file:///srv/mirror/repo --enable --start\nguestctl status mail\nguestctl shell mail',
  ],
  ['Update it now, and restart it into the update:', 'guestctl update --switch mail'],
  [
    'Make the guests follow all files that you edited. If you give another directory, such as one under version control, its files are first copied to this one:',
    `guestctl apply --dry-run ${configDirectory}\nguestctl apply ${configDirectory}`,
  ],
  ['Run a command in it, with input from the host:', 'date | guestctl exec mail cat'],
] as const;
