import { rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { inside, isDirectory } from '../layout/inside.ts';
import { throwaway } from '../machine/nspawn.ts';
import { updateUnit } from '../machine/systemctl.ts';
import { runAsService } from '../machine/systemd-run.ts';
import type { Finished } from '../process.ts';
import { inputDirectory } from './script.ts';

/** A root directory to run a script in, which is in its input directory under the name `script`. */
export interface Container {
  /** The guest that it is for, whose name the container's host has. */
  readonly guest: string;
  /** As that of the guest: the root of the container is to be nobody on the host. */
  readonly privateUsers: string;
  /** Holds `root`, `input` and nothing else. */
  readonly directory: string;
  /** Paths of the host that it may read. */
  readonly readable: readonly string[];
  /** Whether it can change /usr. */
  readonly usr: 'read-only' | 'writable';
}

/**
 * Runs a script in a throwaway container that has the host's network and nothing else of it. Programs of a tree are
 * not to be trusted more than the guest made of it.
 */
export async function runInContainer(container: Container): Promise<Finished> {
  const { guest, directory, readable } = container;
  const root = `${directory}/root`;
  const missing = readable.flatMap((path) => missingDirectories(root, path));
  const finished = await runAsService(
    `ostree-guest-layers-${guest}.service`,
    // It ends with the update that wants it.
    [...sandbox, ['BindsTo', updateUnit(guest)], ['ReadWritePaths', directory]],
    ['systemd-nspawn', ...options(container), '--', '/bin/sh', `${inputDirectory}/script`],
    { print: true },
  );
  // Mount points that nspawn made: they are no part of the tree.
  for (const path of missing) if (isDirectory(path)) rmdirSync(path);
  return finished;
}

const options = ({ guest, privateUsers, directory, readable, usr }: Container): string[] => [
  ...throwaway(`${guest}-layers`, `${directory}/root`),
  // Some packages write it into their configuration.
  `--hostname=${guest}`,
  ...(privateUsers === 'no'
    ? ['--private-users=no']
    : ['--private-users=pick', '--private-users-ownership=map']),
  `--drop-capability=${dropped.join(',')}`,
  '--resolv-conf=replace-host',
  '--tmpfs=/sysroot:mode=755',
  ...(usr === 'read-only' ? ['--bind-ro=+/usr:/usr'] : []),
  `--bind-ro=${directory}/input:${inputDirectory}`,
  ...readable.map((path) => `--bind-ro=${path}`),
];

/** What packages need not to be installed. */
const dropped = [
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_PTRACE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TTY_CONFIG',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_RAW',
  'CAP_LEASE',
  'CAP_LINUX_IMMUTABLE',
  'CAP_IPC_OWNER',
];

/** Around nspawn itself; the rest is what systemd-nspawn@.service has. */
const sandbox = [
  ['TemporaryFileSystem', '/run/ostree'],
  ['Delegate', 'yes'],
  ['KillMode', 'mixed'],
  ['Slice', 'machine.slice'],
  ['DevicePolicy', 'closed'],
  ['DeviceAllow', 'char-pts rw'],
  ['ProtectSystem', 'strict'],
  ['ReadWritePaths', '/run'],
  // The nspawn of systemd 262 makes directories there.
  ['PrivateTmp', 'yes'],
  ['ProtectHome', 'read-only'],
  ['InaccessiblePaths', '-/boot'],
  ['InaccessiblePaths', '-/efi'],
] as const;

/** The directories that a mount at a path of the tree makes, the last first. */
function missingDirectories(root: string, path: string): string[] {
  if (path === '/') return [];
  const real = inside(root, path);
  return isDirectory(real) ? [] : [real, ...missingDirectories(root, dirname(path))];
}
