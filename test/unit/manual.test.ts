import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readGuest } from '../../src/config/guest.ts';
import { schema } from '../../src/config/schema.ts';
import { guestFileManual } from '../../src/manual/guest-file.ts';

const manual = guestFileManual('1.0');

test('it has every key, once, below its section', () => {
  const entries: string[] = [];
  let section = '';
  for (const line of manual.split('\n')) {
    section = /^\.SH \[(\w+)\] SECTION$/.exec(line)?.[1] ?? section;
    const key = /^\\fB(\w+)=\\fR$/.exec(line)?.[1];
    if (key) entries.push(`${section}.${key}`);
  }
  expect(entries).toEqual(schema.map(({ section: of, name }) => `${of}.${name}`));
});

test('its example is a guest, and the one of the README', () => {
  const example = /^\.nf\n(.*?)\n\.fi$/ms.exec(manual)?.[1] ?? '';
  const checked = readGuest(
    'mail',
    'mail.guest',
    [{ kind: 'guest', file: 'mail.guest', text: example }],
    'host',
  );
  expect(checked).toMatchObject({ guest: { description: 'Mail server', ref: 'debian/12/server' } });
  const indented = example.replace(/^(?=.)/gm, '    ');
  expect(readFileSync('README.md', 'utf8')).toContain(indented);
});

const canFormat = spawnSync('groff', ['--version']).status === 0;
test.skipIf(!canFormat)('groff formats it without a warning', () => {
  const { stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww'], { input: manual, encoding: 'utf8' });
  expect(stderr).toBe('');
});
