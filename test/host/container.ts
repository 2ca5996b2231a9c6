// A directory tree booted as a machine of its own, by systemd-nspawn.
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { initProcess, makeCgroup } from './cgroup.ts';
import { detail } from './say.ts';

export interface Machine {
  /** The process that is its PID 1. */
  readonly init: number;
  /** The control group that our commands in it run in. */
  readonly scope: string;
}

/** In milliseconds. Only a host that does not come up takes as long, however busy the machine is. */
const startLimit = 300_000;

/** How often a machine was started. */
let started = 0;

/** Boots ROOT, with more nspawn options, and waits until it is up. `network` is the file of a network namespace to connect it to. */
export async function startContainer(
  work: string,
  root: string,
  options: string[],
  network?: string,
): Promise<Machine> {
  started += 1;
  const cgroup = makeCgroup(work);
  const scope = join(cgroup, 'payload/test.scope');
  const console = join(work, 'console.log');
  const nspawn = execa(
    'sh',
    [
      '-c',
      'echo $$ >"$0/cgroup.procs" && exec >"$1" 2>&1 && shift && exec "$@"',
      cgroup,
      console,
      // Should this process be killed without a chance to clean up, then so is the host: each of these dies with
      // its parent, and with the first process of a PID namespace dies all that is in it.
      'setpriv',
      '--pdeathsig',
      'KILL',
      ...(network ? ['nsenter', `--net=${network}`] : []),
      'unshare',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      'systemd-nspawn',
      `--directory=${root}`,
      // Each time another: the link to a network that is named by it goes only some time after its processes.
      `--machine=${basename(work).slice(-40)}-${started}`,
      '--hostname=host',
      '--boot',
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--link-journal=no',
      '--timezone=off',
      '--private-network',
      '--capability=all',
      '--resolv-conf=off',
      ...options,
    ],
    {
      env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1', SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1' },
      stdio: 'ignore',
      reject: false,
    },
  );
  let ended = false;
  nspawn.finally(() => {
    ended = true;
  });
  const begun = performance.now();
  while (performance.now() - begun < startLimit && !ended) {
    const init = initProcess(cgroup);
    if (init && (await isUp({ init, scope }))) return { init, scope };
    await sleep(50);
  }
  const log = await readFile(console, 'utf8');
  throw new Error(`The test host ${root} ${ended ? 'ended' : 'did not come up'}:\n${log.slice(-4000)}`);
}

/** The command line that runs FILE inside the machine: all of its namespaces, and its control group. */
export function inside(machine: Machine, file: string, ...args: string[]): [string, string[]] {
  const namespaces = ['-t', String(machine.init), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w'];
  const enter = 'echo $$ >"$0/cgroup.procs" && exec nsenter "$@"';
  return ['sh', ['-c', enter, machine.scope, ...namespaces, '--', file, ...args]];
}

export const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
};

async function isUp(machine: Machine): Promise<boolean> {
  await mkdir(machine.scope, { recursive: true });
  const systemctl = async (...args: string[]) => {
    const { stdout } = await execa(...inside(machine, 'systemctl', ...args), {
      env: environment,
      extendEnv: false,
      reject: false,
      stderr: 'ignore',
      timeout: startLimit,
    });
    return stdout;
  };
  // One that waits, as soon as its systemd answers: to ask again and again slows the boot down that it waits for.
  const state = await systemctl('is-system-running', '--wait');
  if (state === 'degraded') detail(`failed units:\n${await systemctl('--failed', '--no-legend')}`);
  return state === 'running' || state === 'degraded';
}
