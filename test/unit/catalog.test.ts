// The message catalog: each message id of ours has an entry, which journalctl itself can read.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { attemptFields, messageId } from '../../src/state/attempts.ts';

const catalog = 'packaging/catalog/ostree-guests.catalog';
const text = readFileSync(catalog, 'utf8');
const root = mkdtempSync(join(tmpdir(), 'catalog-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Message ids of systemd, whose entries we look for. */
const ofSystemd = ['9d1aaa27d60140bd96365438aad20286', 'd9b373ed55a64feb8242e02dbe79a49c'];

test('each message id in the source has an entry, and no other', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const ids = sources.flatMap(
    (file) => readFileSync(`src/${file}`, 'utf8').match(/(?<=')[0-9a-f]{32}(?=')/g) ?? [],
  );
  const entries = [...text.matchAll(/^-- ([0-9a-f]{32})$/gm)].map(([, id]) => id);
  expect(ids).toContain(messageId);
  expect(entries.sort()).toEqual(ids.filter((id) => !ofSystemd.includes(id)).sort());
});

test('an entry names only fields that the message has', () => {
  const attempt = {
    guest: 'mail',
    action: 'update',
    trigger: 'timer',
    outcome: 'failed',
    seconds: 1,
    message: '',
  } as const;
  const fields = [...text.matchAll(/@(\w+)@/g)].map(([, field = '']) => field);
  expect(fields.length).toBeGreaterThan(0);
  for (const field of fields) expect(attemptFields(attempt)).toHaveProperty(field);
});

test('journalctl reads it', () => {
  const directory = join(root, 'usr/lib/systemd/catalog');
  for (const path of [directory, join(root, 'var/lib/systemd/catalog')]) mkdirSync(path, { recursive: true });
  cpSync(catalog, join(directory, 'ostree-guests.catalog'));
  const journalctl = (...args: string[]) =>
    spawnSync('journalctl', [`--root=${root}`, ...args], { encoding: 'utf8' });
  expect(journalctl('--update-catalog')).toMatchObject({ status: 0, stderr: '' });
  expect(journalctl('--list-catalog').stdout).toContain(messageId);
});
