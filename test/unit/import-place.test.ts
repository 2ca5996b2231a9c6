// Where an imported or copied guest goes, on a host that has guests already.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { planFor } from '../../src/guestctl/transfer/place.ts';
import { Failure } from '../../src/host/failure.ts';

const work = await vi.hoisted(async () => {
  const { mkdtempSync } = await import('node:fs');
  return mkdtempSync('/tmp/place-of-guests-');
});
vi.mock('../../src/config/paths.ts', async (original) => ({
  ...(await original<object>()),
  configDirectory: `${work}/config`,
  vendorDirectory: `${work}/none`,
  runtimeDirectory: `${work}/none`,
  nspawnDirectory: `${work}/none`,
  nspawnRuntimeDirectory: `${work}/none`,
  stateOf: (guest: string) => `${work}/state/${guest}`,
}));
beforeEach(() => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(`${work}/config/guest.d`, { recursive: true });
  mkdirSync(`${work}/state`, { recursive: true });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const text = `[Guest]\nRef=a:b\nSysroot=${work}/state/mail/sysroot\n[Remote]\nURL=file:///srv\nGPGVerify=no\n`;
const guestFile = { of: 'guest', name: 'mail', shared: false, text, secret: false } as const;
const limits = '[Service]\nMemoryMax=1G\n';
const forAll = { ...guestFile, dropIn: '10-all.conf', shared: true, text: limits };
const written = () => planFor('mail', { files: [guestFile, forAll] }).files.map(({ path }) => path);

test('a drop-in for all guests becomes one of the guest, unless this host has the same for all', () => {
  const own = [`${work}/config/mail.guest.d/10-all.conf`, `${work}/config/mail.guest`];
  expect(written()).toEqual(own);
  writeFileSync(`${work}/config/guest.d/10-all.conf`, limits);
  expect(written()).toEqual([`${work}/config/mail.guest`]);
  writeFileSync(`${work}/config/guest.d/10-all.conf`, '[Service]\nMemoryMax=2G\n');
  expect(written()).toEqual(own);
});

test.each([
  ['an import', undefined, 'another name with --as'],
  ['a copy, which has no --as', 'another name', 'another name'],
])('what is in the way is told, with what to do: %s', (_, otherName, choice) => {
  mkdirSync(`${work}/state/mail/trials`, { recursive: true });
  expect(() => planFor('mail', { files: [guestFile] }, otherName)).toThrow(
    new Failure(
      `${work}/state/mail exists already`,
      `Nothing was changed. Choose ${choice}, or remove the other one: guestctl remove mail`,
    ),
  );
});
