import type { Command, Option } from 'commander';
import { italic, type Page, subheading } from './page.ts';
import { bold, entry, example, heading, paragraph, roff } from './roff.ts';

/** The manual page guestctl(1): what is said of commands and options is what the command line itself says. */
export const guestctlPage = (program: Command): Page => ({
  name: 'guestctl',
  section: 1,
  summary: 'create, update and look into OSTree guests',
  body: [
    heading('SYNOPSIS'),
    `${bold('guestctl')} [${roff('OPTIONS')}...] [${italic('COMMAND')} [${italic('ARGUMENT')}...]]`,
    heading('DESCRIPTION'),
    paragraph(
      'A guest is a whole machine of its own on this host, which one file declares: ostree-guests.guest(5). What a guest is, and what happens to it from its first update to its removal, is in ostree-guests(7). Everything that acts does so through the systemd units of the guest; systemctl(1), machinectl(1) and journalctl(1) know them, too. Without a command, guests are listed.',
    ),
    heading('COMMANDS'),
    ...commands(program),
    heading('OPTIONS'),
    paragraph(
      'They may be given before or behind the command. Those of a command alone are described there.',
    ),
    ...optionsText(program.options),
    heading('EXIT STATUS'),
    ...exitStatus.map(([code, text]) => entry(code, text)),
    heading('JSON'),
    paragraph(
      'With -o json, commits and times are in full (RFC 3339), and what is not there is null. Fields are added, never renamed or removed; guestctl.schema.json in the documentation describes them all.',
    ),
    heading('ENVIRONMENT'),
    ...environment.map(([name, text]) => entry(name, text)),
    heading('EXAMPLES'),
    ...examples.flatMap(([text, lines]) => [paragraph(text), example(lines)]),
  ],
  seeAlso:
    'ostree-guests(7), ostree-guests.guest(5), ostree-guests-generator(8), machinectl(1), systemctl(1), systemd-nspawn(1), ostree(1)',
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
    return argument.required ? name.toUpperCase() : `[${name.toUpperCase()}]`;
  });
  const own = command.options.filter((option) => option.helpGroupHeading !== 'Common options:');
  return [
    `.TP\n${bold(command.name())} ${italic(words.join(' '))}`.trimEnd(),
    roff(sentence(command.description())),
    ...(own.length > 0 ? ['.RS', ...optionsText(own), '.RE'] : []),
    ...moreText(command).map((text) => `.IP\n${roff(text)}`),
  ];
}

/** What the help of a command says beside its description and options. */
function moreText(command: Command): string[] {
  let help = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  command.configureOutput({ ...(writeOut && { writeOut }) });
  const more = help.slice(command.helpInformation().length).trim();
  return more === '' ? [] : more.split('\n\n').map((text) => text.replaceAll('\n', ' '));
}

const optionsText = (options: readonly Option[]): string[] =>
  options.map(({ flags, description, argChoices }) => {
    const choices = argChoices ? ` One of ${argChoices.join(', ')}.` : '';
    return entry(flags, sentence(description) + choices);
  });

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const exitStatus = [
  ['0', 'It was done. Nothing to do is done, too.'],
  ['1', 'It failed, and was said why; for verify, doctor and list also: there are problems.'],
  ['2', 'The command line was wrong.'],
  ['130', 'Ctrl-C left an update to itself.'],
  ['255', 'With -H: ssh(1) failed.'],
  ['other', 'With shell: that of the command in the guest. With -H: that of guestctl on the other host.'],
] as const;

const environment = [
  [
    'NO_COLOR',
    'Set to anything, there are no colours. There are none either where the output is no terminal.',
  ],
  [
    'SYSTEMD_PAGER, PAGER',
    'What shows output that is longer than the terminal; the default is less, empty or cat is none. Under sudo and the like it is always less, in its secure mode.',
  ],
  [
    'SYSTEMD_PAGERSECURE',
    'A boolean: whether less is in its secure mode, in which it runs no commands. If it is set, the pager may be another one under sudo, too.',
  ],
  ['SYSTEMD_LESS', 'Options for less; the default is FRSXMK.'],
  ['SYSTEMD_EDITOR, EDITOR, VISUAL', 'What edit opens guest files in.'],
] as const;

export const examples = [
  [
    'A guest that is updated daily, from nothing to a shell in it:',
    'guestctl create mail --ref site:debian/12/server --url file:///srv/mirror/repo --enable --start\nguestctl status mail\nguestctl shell mail',
  ],
  ['Its update now, and into it:', 'guestctl update mail\nmachinectl reboot mail'],
] as const;
