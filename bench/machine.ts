// What the figures are of: the machine, and the programs in the test host.
import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, loadavg, release, totalmem } from 'node:os';
import type { Host } from '../test/host/host.ts';
import { suite } from '../test/host/recipe.ts';
import { podmanVersion } from './peers.ts';
import type { Machine } from './results.ts';

export const load = (): number => loadavg()[0] ?? 0;

export async function describeMachine(host: Host): Promise<Machine> {
  const cpu = /^model name\s*: (.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1];
  const packages = 'systemd ostree nodejs quickjs';
  const versions = await host.sh(
    `dpkg-query --admindir=/usr/lib/sysimage/dpkg --show --showformat='\${Package} \${Version}\\n' ${packages}`,
  );
  return {
    processor: `${cpu ?? arch()}, ${availableParallelism()} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    'file system': await host.sh('findmnt --noheadings --output FSTYPE --target /var'),
    Debian: suite,
    ...Object.fromEntries(versions.split('\n').map((line) => line.split(' '))),
    podman: await podmanVersion(host),
  };
}
