// The examples in docs/hosts/: the guest files are right, and each way gives a host the same.
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { complaints } from './read.ts';

const read = (name: string): string => readFileSync(`docs/hosts/${name}`, 'utf8');

/** A stand-in for the schema of Ignition 3.4: only what the example has, by its specification. */
const closed = (properties: Readonly<Record<string, object>>, ...required: string[]) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const text = { type: 'string' };
const contents = closed({
  compression: { enum: ['', 'gzip'] },
  source: { type: 'string', pattern: '^data:' },
});
const file = closed(
  { path: { type: 'string', pattern: '^/' }, mode: { type: 'integer', maximum: 0o7777 }, contents },
  'path',
);
const unit = closed({ name: text, enabled: { type: 'boolean' }, contents: text }, 'name');
const ignition = closed(
  {
    ignition: closed({ version: { const: '3.4.0' } }, 'version'),
    storage: closed({ files: { type: 'array', items: file } }),
    systemd: closed({ units: { type: 'array', items: unit } }),
  },
  'ignition',
);

interface Ignition {
  storage: { files: { path: string; mode: number; contents: { source: string } }[] };
  systemd: { units: { name: string; enabled: boolean; contents?: string }[] };
}
const config = JSON.parse(read('guests.ign')) as Ignition;
const butane = read('guests.bu');

test('the guest file is right', () => {
  expect(complaints(read('web.guest'), 'web')).toEqual([]);
});

test('the stream for guestctl apply has the same guest', () => {
  const [first = ''] = read('guests').split('---\n');
  expect(first).toBe(`# FileName=web.guest\n${read('web.guest')}`);
});

test('the configuration for Ignition is one, with the guest file and the unit', () => {
  const validate = new Ajv2020({ strict: true }).compile(ignition);
  expect(validate(config), JSON.stringify(validate.errors)).toBe(true);
  const [guest] = config.storage.files;
  expect(guest).toMatchObject({ path: '/etc/ostree-guests/web.guest', mode: 0o644 });
  expect(decodeURIComponent(guest?.contents.source.replace('data:,', '') ?? '')).toBe(read('web.guest'));
  expect(config.systemd.units.find(({ name }) => name === 'create-guests.service')?.contents).toBe(
    read('create-guests.service'),
  );
});

test('that for Butane says the same', () => {
  const pathsAndNames = [...butane.matchAll(/- (?:path|name): (.*)/g)].map(([, name]) => name);
  expect(pathsAndNames).toEqual([
    ...config.storage.files.map(({ path }) => path),
    ...config.systemd.units.map(({ name }) => name),
  ]);
  const locals = [...butane.matchAll(/(?:contents_)?local: (.*)/g)].map(([, name]) => name);
  expect(locals).toEqual(['web.guest', 'create-guests.service']);
  expect(butane.match(/enabled: true/g)).toHaveLength(config.systemd.units.length);
});

test('the preset enables what Ignition enables, and these units exist', () => {
  const preset = [...read('50-guests.preset').matchAll(/^enable (\S+?)(?: (\S+))?$/gm)].map(
    ([, name = '', instance]) => (instance ? name.replace('@', `@${instance}`) : name),
  );
  expect(preset).toEqual(config.systemd.units.map(({ name }) => name));
  const templates = readdirSync('units');
  const ours = preset.filter((name) => name.startsWith('ostree-guest-'));
  for (const name of ours) expect(templates).toContain(name.replace(/@.*\./, '@.'));
});
