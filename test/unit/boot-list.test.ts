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
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Confinement } from '../../src/host/confined.ts';
import { run } from '../../src/host/process.ts';
import { makeDefault, undeploy } from '../../src/ostree/boot-list.ts';
import { isPinned, listDeployments } from '../../src/ostree/deployments.ts';
import { setPinned } from '../../src/ostree/pins.ts';
import { varOf } from '../../src/ostree/sysroot.ts';
import { removeUnlisted, unlisted } from '../../src/ostree/unlisted.ts';
import { recoverVar } from '../../src/ostree/var-snapshots.ts';

// Without the sandbox.
vi.mock('../../src/host/confined.ts', async (original) => {
  const { roomsOf, ...others } = await original<typeof import('../../src/host/confined.ts')>();
  const runConfined = ({ writable }: Confinement, [program = '', ...args]: readonly string[]) => {
    expect(writable).toEqual(roomsOf({ name: 'os', sysroot }));
    return run(program, args);
  };
  return { ...others, roomsOf, runConfined };
});

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

/** Stands in for `ostree admin pin`: what `first` says happens once, before the index that it was given is looked up. */
function pinWith(first: string, ...args: Parameters<typeof setPinned>) {
  const script = `#!/bin/bash
    value=true; for word; do [ "$word" = --unpin ] && value=false; index=$word; done
    cd ${sysroot}
    if [ ! -e ran ]; then touch ran; ${first}; fi
    number=$((3 - index)); link=$(sed -n 's/^options ostree=//p' boot/loader/entries/ostree-$number-os.conf)
    printf '[origin]\nrefspec=site:x\n\n[libostree-transient]\npinned=%s\n' "$value" >"$(readlink -f .$link).origin"`;
  const bin = join(sysroot, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'ostree'), script, { mode: 0o755 });
  const path = process.env['PATH'];
  process.env['PATH'] = `${bin}:${path}`;
  return setPinned(...args).finally(() => {
    process.env['PATH'] = path;
  });
}

/** A deployment is made while somebody pins another: all indexes move by one. */
const swap = `cd ostree/boot.1/os/x; mv 0 x; mv 1 0; mv x 1; cd ${'$OLDPWD'}`;

test.each([
  ['nothing happens', ':', [false, true, false]],
  ['the boot list changes', swap, [true, false, false]],
])('a deployment is pinned, and no other, while %s', async (_, meanwhile, expected) => {
  const [, second] = listDeployments(sysroot);
  if (second) await pinWith(meanwhile, { name: 'os', sysroot }, second, true);
  expect(listDeployments(sysroot).map(isPinned)).toEqual(expected);
  expect(listDeployments(sysroot).filter(isPinned)[0]?.name).toBe(second?.name);
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

describe('deployments outside of it', () => {
  const left = `${'d'.repeat(64)}.0`;
  const place = () => join(sysroot, 'ostree/deploy/os');
  const kept = () => readdirSync(join(place(), 'deploy')).sort();
  beforeEach(() => {
    mkdirSync(join(place(), 'deploy', left, 'etc'), { recursive: true });
    writeFileSync(join(place(), 'deploy', `${left}.origin`), '');
    mkdirSync(join(place(), 'backing', left), { recursive: true });
  });

  test('are removed, with what belongs to them', async () => {
    expect(unlisted(sysroot, 'os')).toEqual([left]);
    writeFileSync(join(place(), 'deploy', 'note'), '');
    await removeUnlisted(sysroot, 'os');
    expect(kept()).toEqual([...names, 'note']);
    expect(readdirSync(join(place(), 'backing'))).toEqual([]);
    expect(unlisted(sysroot, 'none')).toEqual([]);
  });

  test.each<[title: string, change: () => void]>([
    [
      'an entry cannot be read',
      () => writeFileSync(join(sysroot, 'boot/loader/entries/ostree-2-os.conf'), ''),
    ],
    ['no entry is left', () => rmSync(join(sysroot, 'boot/loader/entries'), { recursive: true })],
  ])('stay if %s: they may be in it', async (_, change) => {
    change();
    await removeUnlisted(sysroot, 'os');
    expect(kept()).toEqual([...names, left, `${left}.origin`]);
  });
});
