// The command line as a whole: what all commands have in common.
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addCommonOptions, formatOf, hostOf, isQuiet, outputOption } from '../../src/guestctl/command.ts';
import { otherOptions, withOptionHint } from '../../src/guestctl/other-options.ts';
import { otherVerbs, unknownCommand } from '../../src/guestctl/other-verbs.ts';
import { withoutHost } from '../../src/guestctl/over-ssh.ts';
import { makeProgram } from '../../src/guestctl/program.ts';

const commands = makeProgram('1.0').commands;

test.each(commands.map((command) => [command.name(), command] as const))('%s', (_, command) => {
  const flags = command.options.map(({ flags }) => flags);
  expect(flags).toEqual(
    expect.arrayContaining(['-q, --quiet', '--no-pager', '--no-legend', '-H, --host <host>']),
  );
  expect(new Set(flags).size).toBe(flags.length);
  // What completion knows the words of.
  for (const argument of command.registeredArguments) expect(argument.description).not.toBe('');
  expect(command.description(), 'begin with a verb in the imperative: Create a guest').toMatch(
    /^[A-Z].*[^.]$/,
  );
  for (const { description, flags } of command.options) expect(description, flags).toMatch(/^[A-Z].*[^.]$/);
});

/** The help of a command, with what follows its options, on a terminal of this width. */
function helpOf(command: Command, width: number): string {
  let help = '';
  const before = command.configureOutput();
  command.configureOutput({ ...before, writeOut: (text) => (help += text), getOutHelpWidth: () => width });
  command.outputHelp();
  command.configureOutput(before);
  return help;
}

const program = makeProgram('1.0');

test.each([program, ...program.commands].map((command) => [command.name(), command] as const))(
  'the help of %s fits 80 columns, and is broken between words only',
  (_, command) => {
    const help = helpOf(command, 80);
    expect(
      help.split('\n').filter((line) => line.length > 80),
      'Shorten the flags or the placeholder of this option or argument in src/guestctl/commands/',
    ).toEqual([]);
    const words = (text: string) => text.split(/\s+/).join(' ');
    expect(words(help)).toBe(words(helpOf(command, 10_000)));
  },
);

/** What a command of the frame's makes of a command line. */
function parsed(words: string): unknown[] {
  let answer: unknown[] = [];
  const guestctl = new Command('guestctl').enablePositionalOptions().exitOverride();
  guestctl.configureOutput({ writeErr: () => {} });
  const look = guestctl.command('look').addOption(outputOption());
  const text = guestctl.command('text');
  const shell = guestctl.command('shell').argument('<words...>').passThroughOptions();
  addCommonOptions(guestctl);
  for (const command of [look, text, shell]) {
    command.action(() => {
      answer = [formatOf(command), isQuiet(command), hostOf(command) ?? null, ...command.args];
    });
  }
  guestctl.parse(words.split(' '), { from: 'user' });
  return answer;
}

test.each([
  ['look', ['table', false, null]],
  ['look -o json', ['json', false, null]],
  ['-o json look', ['json', false, null]],
  ['-o json look -o wide', ['wide', false, null]],
  ['-q -H root@a look', ['table', true, 'root@a']],
  ['look --host=a --quiet', ['table', true, 'a']],
  ['shell mail ls -q -H x', ['table', false, null, 'mail', 'ls', '-q', '-H', 'x']],
])('%s', (words, answer) => {
  expect(parsed(words)).toEqual(answer);
});

test.each([
  ['look -o yaml', /Allowed choices are table, wide, json/],
  ['text -o json', /unknown option '-o'/],
  ['-o json text', /'text' has no option --output/],
  ['lok', /Did you mean look\?/],
])('%s is refused', (words, reason) => {
  expect(() => parsed(words)).toThrow(reason);
});

test.each([
  ['-H a list -q', 'list -q'],
  ['list -Ha', 'list'],
  ['list --host=a', 'list'],
  ['list --host a mail', 'list mail'],
  ['-H a shell mail ls -H b', 'shell mail ls -H b'],
])('on the other host, %s is %s', (words, there) => {
  expect(withoutHost(words.split(' '))).toEqual(there.split(' '));
});

const names = commands.map((command) => command.name());

test.each([
  ['login web', "error: unknown command 'login'. Use: machinectl login web"],
  ['poweroff', "error: unknown command 'poweroff'. Use: guestctl stop NAME"],
  [
    'rm web',
    "error: unknown command 'rm'. Use: guestctl remove web, which deletes the guest with all its data",
  ],
  ['ps -a', "error: unknown command 'ps'. Use: guestctl list"],
  ['upgrade --check', "error: unknown command 'upgrade'. Use: guestctl update NAME"],
  ['kill -s HUP web', expect.stringContaining('machinectl terminate NAME, which does not wait')],
  [
    'cp web:/etc/hosts .',
    expect.stringMatching(/guestctl copy NAME NEW\. For a file: guestctl exec NAME cat/),
  ],
  [
    'is-active web',
    "error: unknown command 'is-active'. Use: systemctl is-active systemd-nspawn@web.service",
  ],
  ['top web', "error: unknown command 'top'. Use: guestctl exec web top"],
  ['mask --now web', "error: unknown command 'mask'. Use: guestctl disable --now NAME"],
  ['cleanup -m', "error: unknown command 'cleanup'. Use: guestctl update NAME, which cleans up"],
  ['mv web mail', "error: unknown command 'mv'. Use: guestctl rename web NEW"],
  ['pause web', "error: unknown command 'pause'. Use: systemctl freeze systemd-nspawn@web.service"],
  ['updat web', "error: unknown command 'updat'. Did you mean update?"],
  ['remov web', "error: unknown command 'remov'. All commands: guestctl --help"],
  ['constructor', "error: unknown command 'constructor'. All commands: guestctl --help"],
])('guestctl %s is answered by what was meant', (words, expected) => {
  const [verb = '', guest] = words.split(' ');
  expect(unknownCommand(verb, guest, names)).toEqual(expected);
});

test('no verb of another tool is answered by something that loses more than was asked for', () => {
  const verbs = ['reset', 'show', 'mask', 'cleanup', 'prune', 'move', 'rename', 'renew', 'reload'];
  for (const verb of verbs) expect(unknownCommand(verb, 'web', names), verb).not.toMatch(/remove/);
});

test('commands are not among the verbs of other tools, which would hide them', () => {
  for (const name of names) expect(otherVerbs, name).not.toContain(name);
});

test.each(['-f web', '-n 5 web', '--follow --inside web'])('guestctl logs %s is understood', (words) => {
  const logs = makeProgram('1.0').commands.find((command) => command.name() === 'logs');
  expect(logs?.parseOptions(words.split(' ')).unknown).toEqual([]);
});

test('each hint names a command that exists', () => {
  for (const verb of otherVerbs) {
    const hints = unknownCommand(verb, 'web', names).matchAll(/guestctl ([a-z]\S*)/g);
    for (const [, command] of hints) expect(names, verb).toContain(command);
  }
});

test('a command that does not exist ends with the exit status for misuse', () => {
  const guestctl = makeProgram('1.0').exitOverride();
  let said = '';
  guestctl.configureOutput({ writeErr: (text) => (said += text) });
  expect(() => guestctl.parse(['login', 'web'], { from: 'user' })).toThrow(/machinectl login web/);
  expect(said).toBe("error: unknown command 'login'. Use: machinectl login web\n");
});

test.each([
  ["error: unknown option '--now'\n", 'start --now web', "error: unknown option '--now'. Leave it out: "],
  ["error: unknown option '-t'\n", 'stop -t 5 web', "error: unknown option '-t'. Set TimeoutStopSec="],
  ["error: unknown option '--time=3'\n", 'restart --time=3 web', 'Set TimeoutStopSec='],
  ["error: unknown option '-v'\n", 'status -v web', 'use -o wide'],
  ["error: unknown option '-v'\n", '-v', 'guestctl --version'],
  [
    "error: unknown option '--name'\n(Did you mean --enable?)\n",
    'create --name web',
    "'--name'. The name is",
  ],
  [
    "error: option '-o, --output <format>' argument '/x' is invalid. Allowed choices are table, wide, json.\n",
    'export -o /x web',
    'guestctl export NAME FILE',
  ],
])('%s', (error, line, expected) => {
  const answer = withOptionHint(error, line.split(' '), names);
  expect(answer).toContain(expected);
  expect(answer).not.toMatch(/Did you mean|\.\./);
});

test('an error that is about no option of another tool stays as it is', () => {
  for (const error of [
    "error: unknown option '--halp'\n(Did you mean --help?)\n",
    "error: option '-o, --output <format>' argument 'yaml' is invalid. Allowed choices are table, wide, json.\n",
    "error: missing required argument 'guest'\n",
  ])
    expect(withOptionHint(error, ['list', '-o', 'yaml'], names)).toBe(error);
});

test.each(otherOptions)('$options of $commands: no command has them, and the hint is right', (row) => {
  const meant = [program, ...commands].filter((command) => row.commands.test(command.name()));
  expect(meant.length).toBeGreaterThan(0);
  for (const command of row.commands.source === '.' ? meant.slice(1) : meant)
    for (const option of row.options.split(' '))
      expect(
        command.options.filter((one) => !one.argChoices && [one.short, one.long].includes(option)),
        command.name(),
      ).toEqual([]);
  expect(`error: unknown option '--timestamps'. ${row.hint}`.length).toBeLessThan(120);
  for (const [, command] of row.hint.matchAll(/guestctl ([a-z]\S*)/g))
    if (command !== 'acts') expect(names).toContain(command);
});
