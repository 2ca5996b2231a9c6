import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readBuild } from '../../src/config/build.ts';
import { descriptionOf } from '../../src/config/description.ts';
import { readGuest } from '../../src/config/guest.ts';
import { guestVocabulary } from '../../src/config/vocabulary.ts';
import { buildFilePage } from '../../src/guestctl/manual/build-file.ts';
import { conceptsPage, units } from '../../src/guestctl/manual/concepts.ts';
import { guestDescriptions } from '../../src/guestctl/manual/descriptions.ts';
import { environment } from '../../src/guestctl/manual/generator.ts';
import { guestFilePage } from '../../src/guestctl/manual/guest-file.ts';
import { mirrorFilePage } from '../../src/guestctl/manual/mirror-file.ts';
import { pageFile, pageText } from '../../src/guestctl/manual/page.ts';
import { pages } from '../../src/guestctl/manual/pages.ts';
import { makeProgram } from '../../src/guestctl/program.ts';

const program = makeProgram('1.0');
const manual = pageText(guestFilePage, '1.0');
const plain = (text: string) => text.replaceAll('\\-', '-').replaceAll(/\\f[BIR]/g, '');

test('it has every key, once, below its section', () => {
  const entries: string[] = [];
  let section = '';
  for (const line of manual.split('\n')) {
    section = /^\.SH \[(\w+)\] SECTION$/.exec(line)?.[1] ?? section;
    const key = /^\\fB(\w+)=\\fR$/.exec(line)?.[1];
    if (key) entries.push(`${section}.${key}`);
  }
  const keys = guestVocabulary.keys.map(({ section: of, name }) => `${of}.${name}`);
  expect(entries.sort(), 'src/guestctl/manual/keys.ts must print each key of src/config/keys/ once').toEqual(
    keys.sort(),
  );
});

/** The file of src/config/keys/ that has the keys of a section. */
function fileOf(section: string): string {
  if (['Guest', 'Remote', 'Update'].includes(section)) return 'guest.ts';
  return ['Unit', 'Service', 'Timer'].includes(section) ? 'unit.ts' : `${section.toLowerCase()}.ts`;
}

test('what is described is there, and what is not described can only be what every guest has', () => {
  const described = Object.entries(guestDescriptions).flatMap(([section, keys]) =>
    Object.keys(keys).map((name) => guestVocabulary.find(section, name) ?? `${section}.${name}`),
  );
  const gone = described.filter((key) => typeof key === 'string');
  expect(
    gone,
    'no row in src/config/keys/ has such a key: remove its description there, or correct its name',
  ).toEqual([]);
  const isFixed = (noun: string) => / only$|^not for guests$/.test(noun);
  const missing = guestVocabulary.keys
    .filter((key) => !described.includes(key) && !isFixed(key.type.noun))
    .map(
      ({ section, name }) =>
        `describe [${section}] ${name}= in src/config/keys/${fileOf(section)}, where its row is`,
    );
  expect(missing).toEqual([]);
});

test('the defaults of [Service] are those of the units', () => {
  const unit = readFileSync(
    'test/golden/one-guest/expected/systemd-nspawn@mail.service.d/50-guest.conf',
    'utf8',
  );
  const defaults = Object.entries(guestDescriptions['Service'] ?? {}).flatMap(([name, entry]) => {
    const value = descriptionOf(entry).default;
    return value === undefined ? [] : [`${name}=${value}`];
  });
  expect(defaults).not.toEqual([]);
  expect(unit.split('\n'), 'src/generator/units/guest-service.ts has other ones').toEqual(
    expect.arrayContaining(defaults),
  );
});

test('only lists are said to take more than one value, and fixed keys say which one', () => {
  const text = plain(manual);
  expect(text).toMatch(/^After=\n.* May be given more than once\./m);
  expect(text).not.toMatch(/^Restart=\n.* May be given more than once\./m);
  expect(text).toContain('\nBoot=\nMust be yes. See systemd.nspawn(5).\n');
  expect(text).not.toContain('Takes not for guests');
});

test('its example is a guest, and the one of the README', () => {
  const example = /^\.nf\n(.*?)\n\.fi$/ms.exec(manual)?.[1] ?? '';
  const checked = readGuest(
    'mail',
    'mail.guest',
    [{ kind: 'guest', file: 'mail.guest', text: example }],
    () => 'host',
  );
  expect(checked).toMatchObject({
    guest: { description: 'Mail server', origin: { ref: 'debian/12/server' } },
  });
  const indented = example.replace(/^(?=.)/gm, '    ');
  const mend = 'the README must have mailGuest of src/guestctl/manual/guest-file.ts, indented by 4';
  expect(readFileSync('README.md', 'utf8'), mend).toContain(indented);
});

test('the example of a build is one, and is in the README', () => {
  const text =
    /^\.SH EXAMPLE\n.*?^\.nf\n(.*?)\n\.fi$/ms
      .exec(pageText(buildFilePage, '1.0'))?.[1]
      ?.replaceAll('\\e', '\\') ?? '';
  const example = text.replaceAll('\\-', '-');
  const checked = readBuild(
    'debian',
    'debian.build',
    [{ kind: 'build', file: 'debian.build', text: example }],
    () => 'host',
  );
  expect(checked).toMatchObject({ build: { description: 'Debian for servers' } });
  const mend = 'the README must have `debian` of src/guestctl/manual/build-file.ts, indented by 4';
  expect(readFileSync('README.md', 'utf8'), mend).toContain(example.replace(/^(?=.)/gm, '    '));
});

const all = pages(program).map((page) => [pageFile(page), pageText(page, '1.0')] as const);

test('guestctl(1) has every command, and every option', () => {
  const text = plain(all.find(([file]) => file === 'guestctl.1')?.[1] ?? '');
  for (const command of program.commands.filter((one) => one.name() !== 'complete')) {
    expect(text).toMatch(new RegExp(`^${command.name()}( |$)`, 'm'));
    for (const { flags } of command.options) expect(text).toContain(`\n${flags}\n`);
  }
});

test('a word that must be given is named in the help and in guestctl(1)', () => {
  expect(plain(all.find(([file]) => file === 'guestctl.1')?.[1] ?? '')).toContain(
    '\nmirror export MIRROR DIRECTORY\n',
  );
  expect(program.helpInformation()).toContain('  mirror export <mirror> <directory>  ');
});

test('ostree-guests(7) leads to each other page', () => {
  const seeAlso = plain(pageText(conceptsPage, '1.0')).split('SEE ALSO')[1];
  for (const page of pages(program).filter((page) => page !== conceptsPage))
    expect(seeAlso).toContain(`${page.name}(${page.section})`);
});

test('the page of mirrors says in one voice what becomes of a ref that is no longer mirrored', () => {
  const text = plain(pageText(mirrorFilePage, '1.0')).replace(/\s+/g, ' ');
  expect(text).toContain('no longer mirrored is removed after 30 days');
  expect(text).toContain('can be pulled for 30 more days');
  expect(text).not.toMatch(/no longer names?, stays/);
});

test('a mirror gets its proxy from its own service', () => {
  const text = plain(pageText(mirrorFilePage, '1.0'));
  expect(text).toContain('the environment of ostree-guest-mirror@.service');
  expect(text).not.toContain('ostree-guest-update@');
});

test('ostree-guests(7) has every unit', () => {
  const templates = readdirSync('units').map((file) => file.replace('@', '@NAME'));
  const mend = 'list what is in units/ in `units` of src/guestctl/manual/concepts.ts, and nothing else';
  const listed = units.map(([unit]) => unit).sort();
  expect(listed, mend).toEqual(['systemd-nspawn@NAME.service', ...templates].sort());
});

test('ostree-guests-generator(8) has the environment that the generator reads', () => {
  const front = readFileSync('generators/ostree-guests-generator', 'utf8');
  const read = new Set(
    `${front}${readFileSync('src/generator/engine.ts', 'utf8')}`.match(/OSTREE_GUESTS_\w+/g),
  );
  const described = environment.flatMap(([names]) => names.split(', ')).sort();
  const mend = 'describe the variables of the generator in `environment` of src/guestctl/manual/generator.ts';
  expect(described, mend).toEqual([...read].sort());
});

test('what the pages tell to run of guestctl is there, with these options', () => {
  for (const [, text] of all) {
    for (const [, name, rest = ''] of plain(text).matchAll(/^guestctl ([a-z]+)(.*)$/gm)) {
      const command = program.commands.find((one) => one.name() === name);
      expect(command, `guestctl ${name}`).toBeDefined();
      if (command?.registeredArguments.some(({ variadic }) => variadic)) continue;
      const options = rest.match(/(?<= )--?[a-z-]+/g) ?? [];
      const known = command?.options.flatMap(({ long, short }) => [long, short]);
      for (const option of options) expect(known).toContain(option);
    }
  }
});

const canFormat = spawnSync('groff', ['--version']).status === 0;
test.skipIf(!canFormat).each(all)('groff formats %s without a warning', (_, text) => {
  const { stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww'], { input: text, encoding: 'utf8' });
  expect(stderr).toBe('');
});
