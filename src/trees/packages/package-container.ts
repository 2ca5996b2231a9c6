import { ostreeRuntime, stateDirectory } from '../../config/paths.ts';
import { leavingRoom } from '../../host/disk-room.ts';
import type { Finished } from '../../host/process.ts';
import { proxies, proxyOptions } from '../../host/proxies.ts';
import { runAsService } from '../../host/systemd-run.ts';
import { containerCommand } from '../../machine/throwaway-container.ts';
import { inputDirectory } from './script.ts';

/** A container that runs the file `script` of its input directory. */
export interface PackageContainer {
  /** Its unit, ostree-guest-NAME.service, and its machine have this name. */
  readonly unit: string;
  readonly hostname: string;
  /** A workspace, of which the container sees `root` and `input`. */
  readonly directory: string;
  /** Paths of the host that it may read. */
  readonly readable: readonly string[];
  /** True if it may change /usr. */
  readonly usr: 'read-only' | 'writable';
  /** True if its output also goes to the journal. */
  readonly prints: boolean;
}

/**
 * Runs a script in a throwaway container that has only the network of the host. Programs of a tree are
 * not trusted more than the guest itself: the root of the container has no rights on the host, also for a guest that
 * has no user namespace.
 */
export const runInContainer = (container: PackageContainer): Promise<Finished> =>
  leavingRoom(container.directory, (signal) =>
    runAsService(
      `ostree-guest-${container.unit}`,
      [...sandbox, ['BindPaths', container.directory]],
      containerCommand(
        {
          name: container.unit,
          directory: `${container.directory}/root`,
          options: options(container),
        },
        ['/bin/sh', `${inputDirectory}/script`],
      ),
      { print: container.prints, signal, env: proxies() },
    ),
  );

const options = ({ hostname, directory, readable, usr }: PackageContainer): string[] => [
  // Some packages write the hostname into their configuration.
  `--hostname=${hostname}`,
  '--private-users=pick',
  '--private-users-ownership=map',
  `--drop-capability=${dropped.join(',')}`,
  '--resolv-conf=replace-host',
  ...proxyOptions(),
  '--tmpfs=/sysroot:mode=755',
  ...(usr === 'read-only' ? ['--bind-ro=+/usr:/usr'] : []),
  `--bind-ro=${directory}/input:${inputDirectory}`,
  ...readable.map((path) => `--bind-ro=${path}`),
];

/** Capabilities that installing packages does not need. */
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

/** The sandbox of nspawn itself, in addition to the settings of systemd-nspawn@.service. */
const sandbox = [
  ['TemporaryFileSystem', ostreeRuntime],
  // nspawn sees only this workspace.
  ['TemporaryFileSystem', stateDirectory],
  ['TasksMax', '4096'],
  ['Delegate', 'yes'],
  ['KillMode', 'mixed'],
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
