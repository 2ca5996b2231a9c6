// The boot list in real files, as libostree 2025.2 lays them out.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDefault, undeploy } from '../../src/ostree/boot-list.ts';
import { isPinned, listDeployments } from '../../src/ostree/deployments.ts';
import { varOf } from '../../src/ostree/sysroot.ts';
import { pruneSnapshots, recoverVar } from '../../src/ostree/var-snapshots.ts';

let sysroot: string;
const names = ['a', 'b', 'c'].map((digit) => `${digit.repeat(64)}.0`);

beforeEach(() => {
  sysroot = mkdtempSync(join(tmpdir(), 'sysroot-'));
  const [entries, boot, deploy] = ['boot/loader.1/entries', 'ostree/boot.1/os/x', 'ostree/deploy/os/deploy'];
  for (const path of [entries, boot, deploy]) mkdirSync(join(sysroot, path), { recursive: true });
  symlinkSync('loader.1', join(sysroot, 'boot/loader'));
  names.forEach((name, index) => {
    mkdirSync(join(sysroot, deploy, name));
    symlinkSync(`../../../deploy/os/deploy/${name}`, join(sysroot, boot, String(index)));
    const text = `title Debian ${index} (ostree:0)\nversion ${3 - index}\noptions ostree=/ostree/boot.1/os/x/${index}\nlinux /x\n`;
    writeFileSync(join(sysroot, entries, `ostree-${3 - index}-os.conf`), text);
  });
});
afterEach(() => rmSync(sysroot, { recursive: true }));

const listed = () => listDeployments(sysroot).map(({ name }) => names.indexOf(name));

test('any deployment can be moved to the front, and the others keep their order', () => {
  const [, , last] = listDeployments(sysroot);
  if (last) makeDefault(sysroot, last);
  expect(listed()).toEqual([2, 0, 1]);
  const [, , middle] = listDeployments(sysroot);
  if (middle) makeDefault(sysroot, middle);
  expect(listed()).toEqual([1, 2, 0]);
});

test('the default stays as it is, to the byte', () => {
  const [first] = listDeployments(sysroot);
  const before = readFileSync(first?.entry.file ?? '', 'utf8');
  if (first) makeDefault(sysroot, first);
  expect(readFileSync(first?.entry.file ?? '', 'utf8')).toBe(before);
});

test('one can be taken out', () => {
  const [, middle] = listDeployments(sysroot);
  if (middle) undeploy(middle);
  expect(listed()).toEqual([0, 2]);
});

test('pins are read from the origin files', () => {
  writeFileSync(
    join(sysroot, 'ostree/deploy/os/deploy', `${names[1]}.origin`),
    '[origin]\nrefspec=site:x\n\n[libostree-transient]\npinned=true\n',
  );
  expect(listDeployments(sysroot).map(isPinned)).toEqual([false, true, false]);
});

test('a /var that was cut off between the two renames is put in place, and only then', () => {
  const restored = join(sysroot, 'var-snapshots/restored');
  mkdirSync(restored, { recursive: true });
  writeFileSync(join(restored, 'data'), 'restored');
  mkdirSync(varOf(sysroot, 'os'));
  recoverVar(sysroot, 'os');
  expect(readFileSync(join(restored, 'data'), 'utf8')).toBe('restored');
  rmSync(varOf(sysroot, 'os'), { recursive: true });
  recoverVar(sysroot, 'os');
  expect(readFileSync(join(varOf(sysroot, 'os'), 'data'), 'utf8')).toBe('restored');
});

test('snapshots go with their deployments, and of what was replaced the newest stays', async () => {
  const snapshots = join(sysroot, 'var-snapshots');
  for (const name of [names[0], `${'d'.repeat(64)}.0`, 'replaced-1', 'replaced-2', `${names[1]}.new`])
    mkdirSync(join(snapshots, String(name)), { recursive: true });
  await pruneSnapshots(sysroot);
  expect(readdirSync(snapshots).sort()).toEqual([names[0], 'replaced-2']);
});
