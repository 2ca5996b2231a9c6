import { Failure } from '../failure.ts';
import type { Finished } from '../process.ts';
import { updateUnit } from './systemctl.ts';
import { runAsService } from './systemd-run.ts';

/** What `rpm-ostree status --json` says of a deployment, as far as it is needed here. The first is the next to boot. */
export interface RpmOstreeDeployment {
  readonly checksum: string;
  /** Of the tree below the layered packages; absent where there are none. */
  readonly 'base-checksum'?: string;
  readonly version?: string;
  readonly staged: boolean;
  readonly booted: boolean;
  readonly 'requested-packages'?: readonly string[];
  /** Packages of the tree that are left out. */
  readonly 'requested-base-removals'?: readonly string[];
}

export interface RpmOstreeStatus {
  readonly deployments: readonly RpmOstreeDeployment[];
  /** What the last `upgrade --check` found. */
  readonly 'cached-update'?: { readonly checksum?: string; readonly version?: string } | null;
}

/** What `--check` and `--unchanged-exit-77` exit with where there is nothing new. */
export const unchanged = 77;

/** Runs rpm-ostree(1) inside a machine. Any exit code is an answer. */
export function tryRpmOstree(machine: string, ...args: readonly string[]): Promise<Finished> {
  // By way of the host's systemd: who enters a machine needs rights that the update service does not have.
  const inside = ['systemd-run', `--machine=${machine}`, '--quiet', '--pipe', '--wait', '--collect', '--'];
  const bound = [['BindsTo', updateUnit(machine)] as const];
  return runAsService(`ostree-guest-rpm-ostree-${machine}`, bound, [...inside, 'rpm-ostree', ...args]);
}

export async function rpmOstree(machine: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tryRpmOstree(machine, ...args);
  if (exitCode === 0) return stdout;
  const last =
    stderr
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^error: /, '') ?? '';
  throw new Failure(
    `rpm-ostree ${args.join(' ')} failed in ${machine}: ${last || `exit code ${exitCode}`}`,
    'The guest is as it was',
  );
}

export async function rpmOstreeStatus(machine: string): Promise<RpmOstreeStatus> {
  return JSON.parse(await rpmOstree(machine, 'status', '--json')) as RpmOstreeStatus;
}
