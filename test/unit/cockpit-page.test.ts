// The page in Cockpit as it is built: small, and with nothing in it that the policy of contents refuses.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
// @ts-expect-error A part of the build, which has no types.
import { bundleForCockpit } from '../../cockpit.mjs';

let directory: string;
let licences: readonly { readonly name: string; readonly license: string }[];
const read = (file: string) => readFileSync(join(directory, 'cockpit', file));
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cockpit-page-'));
  licences = await bundleForCockpit(directory);
});
afterAll(() => rmSync(directory, { recursive: true }));

test('its scripts have at most 250 kB, gzipped', () => {
  const scripts = readdirSync(join(directory, 'cockpit')).filter((file) => file.endsWith('.js.gz'));
  const sizes = scripts.map((file) => statSync(join(directory, 'cockpit', file)).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
  expect(scripts).toContain('index.js.gz');
  // The terminal is loaded when it is shown first.
  expect(String(gunzipSync(read('index.js.gz')))).not.toContain('xterm-screen');
});

test('it has no inline script or style, and nothing of another server', () => {
  const page = String(read('index.html'));
  expect(page).not.toMatch(/<style|style=|<script(?! src=)|\son\w+=|https?:/);
  expect(String(gunzipSync(read('index.css.gz')))).not.toMatch(/url\(["']?(https?:|\/\/)/);
});

test('what is bundled has licences that packaging/debian/copyright names', () => {
  expect(licences.map(({ name }) => name)).toContain('react-dom');
  expect(
    licences.filter(({ license }) => !['MIT', '0BSD'].includes(license)),
    'Add the licence to packaging/debian/copyright and packaging/ostree-guests.spec',
  ).toEqual([]);
});

test('German has a table that Cockpit loads', () => {
  const tables: unknown[] = [];
  new Function('cockpit', String(read('po.de.js')))({ locale: (table: unknown) => tables.push(table) });
  expect(tables).toMatchObject([{ '': { language: 'de' }, Start: [null, 'Starten'] }]);
});
