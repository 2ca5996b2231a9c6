// A guest with a gigabyte of data, exported and copied: against tar(1), cp(1) and reflinks of the same files.
import { mountFileSystem } from '../test/host/filesystem.ts';
import { declare, guestFile, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { makeMirror } from '../test/host/mirror.ts';
import { measure } from './measure.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

const onExt4 = { name: 'mail', sysroot: '/var/lib/ostree-guests/mail/sysroot' };
const onBtrfs = { name: 'shared', sysroot: '/srv/guests/shared' };
type Guest = typeof onExt4;
const target = { is: 'times', limit: 1.2 } as const;

export const copies: Scenario = {
  name: 'copies',
  measure: async (host) => {
    await makeMirror(host);
    await mountFileSystem(host, 'btrfs', '/srv/guests', 8192);
    await declare(host, onExt4.name);
    await declare(
      host,
      onBtrfs.name,
      guestFile().replace('[Remote]', `Sysroot=${onBtrfs.sysroot}\n[Remote]`),
    );
    for (const { name } of [onExt4, onBtrfs]) await update(host, name);
    const empty = await measureEmpty(host);
    for (const guest of [onExt4, onBtrfs]) await fill(host, guest);
    return {
      rows: [
        ...empty,
        await measureExport(host),
        await measureCopy(host, onExt4, 'copy', 'auto'),
        await measureCopy(host, onBtrfs, 'copy on btrfs', 'always'),
      ],
    };
  },
};

/** Fills the /var of a guest with 700 MB in large files and 300 MB in small ones. */
async function fill(host: Host, { name, sysroot }: Guest): Promise<void> {
  await host.sh(`cd ${sysroot}/ostree/deploy/${name}/var && mkdir large small
    head -c 700M /dev/urandom | split -b 10M - large/
    head -c 300M /dev/urandom | split -b 20K -a 4 - small/; sync`);
}

const copyOf = (name: string): string => `guestctl copy -q ${name} twin`;
const removeTwin = 'guestctl remove -qy twin || :';

/** What takes as long for a guest of any size. */
async function measureEmpty(host: Host): Promise<Row[]> {
  const { name } = onExt4;
  const out = { name: 'export', command: `guestctl export ${name} - >/dev/null` };
  const copy = { name: 'copy', before: `${removeTwin}; sync`, command: copyOf(name) };
  const { elapsed } = await measure(host, [out, copy], { rounds: 3 });
  await host.sh(removeTwin);
  return [out, copy].map((one) => row(`${one.name} without data`, 'ms', { ...elapsed(one), name: 'ours' }));
}

async function measureExport(host: Host): Promise<Row> {
  const { name, sysroot } = onExt4;
  const before = 'rm -f /srv/*.tar; sync';
  const ours = { name: 'ours', before, command: `guestctl export ${name} /srv/ours.tar` };
  const tar = {
    name: 'tar',
    before,
    command: `cd ${sysroot}/ostree && tar --create --file=/srv/tar.tar --numeric-owner --xattrs --acls \\
      repo deploy/${name}/deploy/*.0/etc deploy/${name}/var && sync /srv/tar.tar`,
  };
  const { elapsed } = await measure(host, [ours, tar], { rounds: 3 });
  await host.sh('rm /srv/*.tar');
  return row('export', 'ms', elapsed(ours), target, elapsed(tar));
}

/** Removing a copy is not measured. */
async function measureCopy(
  host: Host,
  { name, sysroot }: Guest,
  title: string,
  reflink: 'auto' | 'always',
): Promise<Row> {
  const twin = `${sysroot.replace(/\/sysroot$/, '')}-bare`;
  const before = `${removeTwin}; chattr -i ${twin}/ostree/deploy/*/deploy/*.0 || :; rm -rf ${twin}; sync`;
  const ours = { name: 'ours', before, command: copyOf(name) };
  const cp = {
    name: `cp --reflink=${reflink}`,
    before,
    command: `cp -a --reflink=${reflink} ${sysroot} ${twin} && sync -f ${twin}`,
  };
  const { elapsed } = await measure(host, [ours, cp], { rounds: 3 });
  return row(title, 'ms', elapsed(ours), target, elapsed(cp));
}
