// What `guestctl edit` shows before it writes: the units that change, by lines.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unitsOf } from '../../src/generator/guest-units.ts';
import { declarationNamed, unitsOfDeclaration } from '../../src/guestctl/declaration.ts';
import { declarationOfDraft, readDraft } from '../../src/guestctl/drafts.ts';
import { lineDiff } from '../../src/guestctl/line-diff.ts';
import { planEdit } from '../../src/guestctl/plan-edit.ts';
import { makeProgram } from '../../src/guestctl/program.ts';
import { plain } from '../../src/guestctl/screen.ts';
import { type Edited, editedText } from '../../src/guestctl/screens/edited.ts';
import { unitChanges } from '../../src/guestctl/unit-changes.ts';
import { guestOf } from './read.ts';

test.each([
  ['', '', ''],
  ['a\n', 'a\n', ' a\n'],
  ['', 'a\nb\n', '+a\n+b\n'],
  ['a\n', '', '-a\n'],
  ['a\nb\nc\n', 'a\nx\nc\n', ' a\n-b\n+x\n c\n'],
  ['a\nb\nc\n', 'b\nc\nd\n', '-a\n b\n c\n+d\n'],
  // Equal lines at both ends are not counted twice.
  ['a\na\n', 'a\n', ' a\n-a\n'],
  ['a\n', 'a', ' a\n'],
])('%j and %j differ by %j', (before, after, diff) => {
  expect(lineDiff(before, after)).toBe(diff);
});

test('both texts are in the difference, and equal lines are found', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = lineDiff(`${before.join('\n')}\n`, `${after.join('\n')}\n`)
        .replace(/\n$/, '')
        .split('\n');
      const of = (marks: string) =>
        lines.filter((line) => marks.includes(line.charAt(0))).map((line) => line.slice(1));
      expect(of(' -').join('\n')).toBe(before.join('\n'));
      expect(of(' +').join('\n')).toBe(after.join('\n'));
    }),
  );
});

test('texts of many lines are compared at once only where they differ', () => {
  const many = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
  const before = `first\n${many.join('\n')}\nlast\n`;
  const after = `first\n${many.map((line) => `new ${line}`).join('\n')}\nlast\n`;
  const lines = lineDiff(before, after).trimEnd().split('\n');
  expect(lines).toHaveLength(40_002);
  expect(lines.filter((line) => line.startsWith(' '))).toEqual([' first', ' last']);
});

const text = '[Guest]\nRef=site:x\n';
const changesOf = (before: string, after: string) =>
  unitChanges(unitsOf({ guest: guestOf(before) }), unitsOf({ guest: guestOf(after) })).map(
    ({ path, change, diff }) => [
      path.replace('/run/systemd/generator/', ''),
      change,
      ...diff.split('\n').filter((line) => /^[+-]/.test(line)),
    ],
  );

test.each([
  ['nothing', text, text, []],
  ['a comment', text, `# mine\n${text}`, []],
  [
    'a dependency',
    text,
    `${text}[Unit]\nAfter=srv.mount\n`,
    [['systemd-nspawn@mail.service.d/50-guest.conf', 'changed', '+After=srv.mount']],
  ],
  [
    'a calendar',
    text,
    `${text}[Update]\nOnCalendar=weekly\n`,
    [
      [
        'ostree-guest-update@mail.timer.d/50-guest.conf',
        'created',
        expect.anything(),
        '+',
        '+[Timer]',
        '+OnCalendar=',
        '+OnCalendar=weekly',
        '+',
        '+[Unit]',
        '+SourcePath=mail.guest',
      ],
    ],
  ],
])('%s changes these units', (_, before, after, changes) => {
  expect(changesOf(before, after)).toEqual(changes);
});

test('a unit that is no longer needed is removed', () => {
  const [removed] = changesOf(`${text}[Update]\nOnCalendar=weekly\n`, text);
  expect(removed?.slice(0, 2)).toEqual(['ostree-guest-update@mail.timer.d/50-guest.conf', 'removed']);
});

const build = '[Build]\nCommand=/bin/true\n';
const mirror = '[Mirror]\nURL=file:///srv/up\nRef=x\nRepository=/srv/mirror\n';

test.each([
  ['build', build, 'ostree-guest-build@tools.service', ['ostree-guest-build@tools.service.d/50-guest.conf']],
  [
    'mirror',
    `${mirror}OnCalendar=weekly\n`,
    'ostree-guest-mirror@tools.service',
    ['ostree-guest-mirror@tools.service.d/50-guest.conf', 'ostree-guest-mirror@tools.timer.d/50-guest.conf'],
  ],
] as const)('the next run of a %s follows its file', async (kind, after, unit, units) => {
  const plan = await planEdit(declarationNamed(kind, 'tools'), undefined, { after, isChanged: true });
  expect(plan).toMatchObject({
    file: `/etc/ostree-guests/tools.${kind}`,
    needs: { create: false, update: false, reboot: false },
    next: `Its next run follows it: systemctl start ${unit}`,
  });
  expect(plan.units.map(({ path, change }) => [path, change])).toEqual(
    units.map((path) => [`/run/systemd/generator/${path}`, 'created']),
  );
});

test('a build or mirror with mistakes has no units, a guest with mistakes one that says so', () => {
  const broken = (kind: 'guest' | 'build' | 'mirror') =>
    unitsOfDeclaration(declarationNamed(kind, 'x'), { broken: { name: 'x', file: '/x', problems: [] } });
  expect([broken('build'), broken('mirror'), broken('guest').map(({ path }) => path)]).toEqual([
    [],
    [],
    ['systemd-nspawn@x.service.d/50-guest.conf'],
  ]);
});

const edited: Edited = {
  name: 'mail',
  file: '/etc/ostree-guests/mail.guest',
  isChanged: true,
  units: [{ path: '/run/x.conf', change: 'changed', diff: ' [Service]\n-Nice=1\n+Nice=2\n' }],
  needs: { create: false, update: false, reboot: true },
  next: 'The machine follows it when it starts next: guestctl reboot mail',
};

test('a dry run says what would change, and what is to be done then', () => {
  expect(editedText(edited, plain)).toBe(`/etc/ostree-guests/mail.guest: would be changed. \
The machine follows it when it starts next: guestctl reboot mail

/run/x.conf: would be changed
 [Service]
-Nice=1
+Nice=2`);
  expect(editedText({ ...edited, units: [] }, plain)).toMatch(/\nNo unit would change$/);
  expect(editedText({ ...edited, isChanged: false }, plain)).toBe('unchanged');
});

test.each([
  [['mail'], { kind: 'guest', name: 'mail', file: '/etc/ostree-guests/mail.guest' }],
  [['mail.guest'], { kind: 'guest', name: 'mail', file: '/etc/ostree-guests/mail.guest' }],
  [['mail.build'], { kind: 'build', name: 'mail', file: '/etc/ostree-guests/mail.build' }],
  [['mail.mirror'], { kind: 'mirror', name: 'mail', file: '/etc/ostree-guests/mail.mirror' }],
  [[], undefined],
  [['mail.service'], undefined],
  [['.build'], undefined],
  [['mail', 'web'], undefined],
  [['./mail.guest'], undefined],
  [['Mail'], undefined],
])('a draft for %j is for %j', (targets, declaration) => {
  const verify = makeProgram('1.0').commands.find((command) => command.name() === 'verify');
  if (!verify) throw new Error('it is there');
  verify.exitOverride().configureOutput({ writeErr: () => {} });
  const find = () => declarationOfDraft(targets, verify);
  if (declaration === undefined) expect(find).toThrow('--from needs one name, not a file');
  else expect(find()).toEqual(declaration);
});

test('a draft that cannot be one is refused in words', () => {
  const directory = mkdtempSync(`${tmpdir()}/draft-`);
  const file = (name: string, text: string) => {
    writeFileSync(`${directory}/${name}`, text);
    return `${directory}/${name}`;
  };
  try {
    expect(readDraft(file('right', '[Guest]\n'))).toBe('[Guest]\n');
    expect(() => readDraft(directory)).toThrow(`${directory} is not a file`);
    expect(() => readDraft(`${directory}/missing`)).toThrow('There is no file');
    expect(() => readDraft(file('large', ' '.repeat((1 << 20) + 1)))).toThrow('at most 1 MiB');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a dry run opens no editor: what is written there would be lost', async () => {
  const guestctl = makeProgram('1.0');
  const edit = guestctl.commands.find((command) => command.name() === 'edit');
  edit?.exitOverride().configureOutput({ writeErr: () => {} });
  await expect(guestctl.parseAsync(['edit', 'mail', '--dry-run'], { from: 'user' })).rejects.toThrow(
    '--dry-run needs --from',
  );
});
