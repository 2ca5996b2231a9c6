// A network of test hosts: a bridge in a network namespace of its own, and a program there that all of them reach.
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { makeCgroup, within } from './cgroup.ts';
import { checkout } from './paths.ts';
import { makeWorkDirectory, removeWorkDirectory } from './workdir.ts';

export interface Lan {
  /** The file of its network namespace. */
  readonly namespace: string;
  /** A directory for what its program writes. */
  readonly work: string;
  stop(): void;
}

export interface Connection {
  readonly lan: Lan;
  /** The address of the host there. */
  readonly address: string;
}

const bridge = 'lan';

/** Where its program listens. */
export const center = '10.77.0.1';
/** The address of a host: any number from 2 to 254. */
export const addressOf = (number: number): string => `10.77.0.${number}`;

/** Makes a network. It lasts as long as its program, which listens on `center`; `args` are made of the directory of the network. */
export async function makeLan(file: string, args: (work: string) => string[]): Promise<Lan> {
  const work = makeWorkDirectory('lan');
  const setUp = `ip link set lo up
    ip link add ${bridge} type bridge
    ip address add ${center}/24 dev ${bridge}
    ip link set ${bridge} up
    echo "$$"
    exec "$@" >"$0" 2>&1`;
  const program = execa(
    ...within(
      makeCgroup(work),
      // Ends with this process, however that ends.
      'setpriv',
      '--pdeathsig',
      'KILL',
      'unshare',
      '--net',
      'sh',
      '-euc',
      setUp,
      join(work, 'console.log'),
      file,
      ...args(work),
    ),
    { cwd: checkout(), reject: false, stdin: 'ignore' },
  );
  const [id] = await Promise.race([once(program.stdout, 'data'), program.then(() => [])]);
  if (id === undefined) throw new Error(`The network ended: ${(await program).stderr}`);
  return {
    namespace: `/proc/${String(id).trim()}/ns/net`,
    work,
    stop: () => removeWorkDirectory(work),
  };
}

/** The nspawn options of a host that is connected. */
export const connected = [`--network-bridge=${bridge}`];

/** Gives a host its address whenever it boots. `root` is its root directory. */
export async function writeAddress(root: string, { address }: Connection): Promise<void> {
  const units = join(root, 'etc/systemd/system');
  const wants = join(units, 'multi-user.target.wants');
  await mkdir(wants, { recursive: true });
  await writeFile(
    join(units, 'lan.service'),
    `[Unit]
Description=Address in the network of the test
Before=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip address add ${address}/24 dev host0
ExecStart=ip link set host0 up
`,
  );
  await symlink('../lan.service', join(wants, 'lan.service'));
}
