// The programs that ours are compared with, and what measures memory and processes: Debian's packages, unpacked in the
// test host. What is Debian's own and part of the host's tree already (systemd, OSTree, Node, QuickJS) is used from there.
import { basename } from 'node:path';
import { execa } from 'execa';
import { debs } from '../test/host/debs.ts';
import { type Host, outside } from '../test/host/host.ts';

const directory = '/opt/peers';

/** Podman's generator is a program of its own, which needs nothing but the C library. */
export const quadlet = `${directory}/usr/libexec/podman/quadlet`;
export const fstabGenerator = '/usr/lib/systemd/system-generators/systemd-fstab-generator';
export const ourGenerator = '/usr/lib/systemd/system-generators/ostree-guests-generator';
const time = `${directory}/usr/bin/time`;
const libraries = `LD_LIBRARY_PATH=$(echo ${directory}/usr/lib/*-linux-gnu)`;
/** What it traces has none of its libraries. */
const strace = `${libraries} ${directory}/usr/bin/strace -E LD_LIBRARY_PATH`;

/** Podman with its helpers. */
export const podman = `env ${libraries} PATH=$PATH:${directory}/usr/bin podman`;

const packages = (host: Host) => debs(host.trees, ['podman', 'strace', 'time']);

export async function podmanVersion(host: Host): Promise<string> {
  const deb = (await packages(host)).find((file) => basename(file).startsWith('podman_')) ?? '';
  return (await execa('dpkg-deb', ['--field', deb, 'Version'])).stdout;
}

export async function unpackPeers(host: Host): Promise<void> {
  for (const file of await packages(host))
    await execa('dpkg-deb', ['--extract', file, outside(host, directory)]);
  const helpers = ['lib/podman', 'libexec/podman', 'bin'].map((name) => `"${directory}/usr/${name}"`);
  const settings = `[engine]\nhelper_binaries_dir = [${helpers.join(', ')}]\n`;
  await host.write('/etc/containers/containers.conf.d/peers.conf', settings);
}

/** How many KiB of memory a command, or a process that it starts, has at the most. */
export async function peakMemory(host: Host, command: string): Promise<number> {
  const memory = '/run/bench/memory';
  await host.sh(`${time} --format=%M --output=${memory} env -i PATH=$PATH ${command} >/dev/null 2>&1`);
  return Number(await host.sh(`cat ${memory}`));
}

/** How many processes a command starts, without itself. */
export async function processesStarted(host: Host, command: string): Promise<number> {
  const trace = '/run/bench/trace';
  await host.sh(`${strace} -f -qq -e trace=execve -e status=successful -o ${trace} ${command} >/dev/null`);
  return Number(await host.sh(`grep -c execve ${trace}`)) - 1;
}
