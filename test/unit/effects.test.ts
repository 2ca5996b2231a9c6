// The generator leaves out what the keys of a guest have no effect on: values that are right at once are not checked again,
// rules run only for the keys that they name, and units are made only for the effects in the rows of keys (src/config/keys/).
// Here all of it is done for every guest, the long way, and must come to the same.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAssignment } from '../../src/config/check.ts';
import { type Checked, readGuest } from '../../src/config/guest.ts';
import { everything } from '../../src/config/key-table.ts';
import { parseAll } from '../../src/config/parser.ts';
import { topOf } from '../../src/config/positions.ts';
import { formatProblem, type Problem } from '../../src/config/problem.ts';
import { rules, unmet } from '../../src/config/rules.ts';
import { guestTables } from '../../src/config/tables.ts';
import { unknownSections } from '../../src/config/unknown-keys.ts';
import { Values } from '../../src/config/values.ts';
import { guestVocabulary } from '../../src/config/vocabulary.ts';
import { unitsOf } from '../../src/generator/guest-units.ts';
import { buildGenerator, engines, runGenerator, treeOf } from './engines.ts';

/** One of these is right for any key. */
const tried = [
  'yes no 1 3 50% 5min text /srv/x site:other https://example.org/ docker://a/b switch rpm-ostree host kill omit idle',
  'always stop id:value A=b x86-64 off 0123456789abcdef0123456789abcdef /srv/a:/srv/b / root map tcp:80 pick',
].flatMap((some) => some.split(' '));
/** These are wrong for many keys, or are expanded. */
const odd = [
  '',
  '%n',
  '%x',
  '%%',
  '100%',
  '"',
  '\\q',
  'two words',
  './beside',
  'infinity',
  'tcp:80:81',
  'check',
];

const hostname = () => readFileSync('/proc/sys/kernel/hostname', 'utf8').trim();
const read = (name: string, file: string, text: string) =>
  readGuest(name, file, [{ kind: 'guest', file, text }], hostname);

/** Reads a guest with all checks and all rules, and says that its keys have an effect on everything. */
function readTheLongWay(name: string, file: string, text: string): Checked {
  const { assignments, headers, problems } = parseAll(file, text);
  const ofFile: Problem[] = [...problems, ...unknownSections('guest', headers)];
  const settings = assignments.flatMap(
    (assignment) => checkAssignment(assignment, 'guest', { name, hostname }, ofFile) ?? [],
  );
  ofFile.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const values = new Values(settings);
  const top = topOf(file);
  const ofAll = [
    ...unmet(values).map(({ missing }) => missing(values, top)),
    ...rules.flatMap(({ sees, check }) => check(values.only(sees), top) ?? []),
  ];
  if (ofFile.length + ofAll.length > 0) return { broken: { name, file, problems: [...ofFile, ...ofAll] } };
  const checked = read(name, file, text);
  if ('broken' in checked) return checked;
  return { guest: Object.create(checked.guest, { effects: { value: new Set(everything) } }) };
}

/** What is wrong with a guest, and its units. */
const outcome = (checked: Checked) => ({
  problems: 'broken' in checked ? checked.broken.problems.map(formatProblem) : [],
  units: unitsOf(checked).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
});

const mend = `A guest comes out otherwise if nothing is left out.
- Its units: the row of one of its keys in src/config/keys/ leaves out an effect. Add it: src/config/key-table.ts lists them.
- Its problems: a rule in src/config/rules.ts complains although no key is set that makes it run. Name that key there`;

function expectSame(text: string): void {
  const [name, file] = ['mail', 'mail.guest'];
  expect(outcome(read(name, file, text)), `${mend}\n${text}`).toEqual(
    outcome(readTheLongWay(name, file, text)),
  );
}

const fileOf = (keys: readonly { section: string; name: string; value: string }[]): string =>
  keys.map(({ section, name, value }) => `[${section}]\n${name}=${value}\n`).join('');
const usual = [
  { section: 'Guest', name: 'Ref', value: 'site:debian/12' },
  { section: 'Remote', name: 'URL', value: 'file:///srv/repo' },
];

/** The values that each key can have by itself, or where the tree comes from. */
const right = guestVocabulary.keys.map(({ section, name }) => ({
  section,
  name,
  values: [...tried, ...odd].filter((value) =>
    [usual, []].some(
      (others) => 'guest' in read('mail', 'mail.guest', fileOf([...others, { section, name, value }])),
    ),
  ),
}));

test('each key is tried', () => {
  const cannotBe = ['Exec.PivotRoot', 'Exec.AmbientCapability', 'Exec.PrivateUsersDelegate'];
  const untried = right
    .filter(({ values }) => values.length === 0)
    .map(({ section, name }) => `${section}.${name}`)
    .filter((key) => !cannotBe.includes(key));
  expect(untried, 'add a value that each of these keys takes to `tried` in this file').toEqual([]);
});

test('each key by itself', () => {
  for (const { section, name, values } of right)
    for (const value of [...values, ...odd])
      for (const others of [usual, []]) expectSame(fileOf([...others, { section, name, value }]));
});

/** Some of these keys, each with a value, mostly one that is right by itself. */
const settingsOf = (keys: typeof right, most: number) =>
  fc.array(
    fc.constantFrom(...keys).chain(({ section, name, values }) => {
      const any = fc.constantFrom(...tried, ...odd);
      const value =
        values.length === 0 ? any : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, any);
      return value.map((one) => ({ section, name, value: one }));
    }),
    { minLength: 2, maxLength: most },
  );
const guestOf = (keys: typeof right, most: number) =>
  fc.tuple(fc.subarray(usual), settingsOf(keys, most)).map(([some, more]) => fileOf([...some, ...more]));

test('two and three keys together', () => {
  fc.assert(fc.property(guestOf(right, 3), expectSame), { numRuns: 4000 });
});

test.each(rules.map(({ sees }) => [sees.join(', '), sees] as const))(
  'keys that a rule sees: %s',
  (_, sees) => {
    const isSeen = ({ section, name }: (typeof right)[number]) =>
      sees.includes(section) || sees.includes(`${section}.${name}`);
    fc.assert(fc.property(guestOf(right.filter(isSeen), 5), expectSame), { numRuns: 500 });
  },
);

describe.each(engines)('on %s', (_, environment) => {
  let work: string;
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'effects-'));
    await buildGenerator(work);
  });
  afterAll(() => rmSync(work, { recursive: true }));

  test('two and three keys together, many guests', () => {
    const [guests, output] = [join(work, 'guests'), join(work, 'output')];
    for (const directory of [guests, output]) mkdirSync(directory);
    const expected = fc.sample(guestOf(right, 3), 500).map((text, index) => {
      const file = join(guests, `g${index}.guest`);
      writeFileSync(file, text);
      return outcome(readTheLongWay(`g${index}`, file, text));
    });
    const { stderr } = runGenerator(output, {
      OSTREE_GUESTS_LIB: work,
      OSTREE_GUESTS_PATH: guests,
      OSTREE_GUESTS_NSPAWN_PATH: work,
      ...environment,
    });
    const units = expected.flatMap((one) => one.units);
    expect(treeOf(output), mend).toEqual(
      Object.fromEntries(units.map((one) => [one.path, 'text' in one ? one.text : `-> ${one.target}`])),
    );
    const problems = expected.flatMap((one) => one.problems);
    expect(stderr.split('\n').filter(Boolean).sort(), mend).toEqual(problems.sort());
  });
});

test('a rule names keys that there are', () => {
  const known = right.flatMap(({ section, name }) => [section, `${section}.${name}`]);
  const named = new Set(rules.flatMap(({ sees }) => sees));
  expect(
    [...named].filter((name) => !known.includes(name)),
    'src/config/rules.ts names keys that no row in src/config/keys/ has: correct them',
  ).toEqual([]);
});

test('the program reads each key of [Guest], [Remote], [Update] and [Packages]', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('config/keys/') && !file.includes('/manual/'),
  );
  const program = sources.map((file) => readFileSync(`src/${file}`, 'utf8')).join('');
  expect(
    (['Guest', 'Remote', 'Update', 'Packages'] as const)
      .flatMap((section) => guestTables[section]?.() ?? [])
      .flatMap(([, names]) => names)
      .filter((name) => !program.includes(`'${name}'`)),
    'Nothing reads these keys. Read them in src/config/policy.ts, src/config/origin.ts, src/config/packages.ts or src/config/guest.ts',
  ).toEqual([]);
});

test('a key is in one row', () => {
  const all = Object.entries(guestTables).flatMap(([section, rows]) =>
    rows().flatMap(([, names]) => names.map((name) => `${section}.${name}`)),
  );
  expect(
    all.filter((name, index) => all.indexOf(name) !== index),
    'src/config/keys/ has these keys in two rows: leave one of them out',
  ).toEqual([]);
});
