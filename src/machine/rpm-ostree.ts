import { now } from '../host/clock.ts';
import { Failure } from '../host/failure.ts';
import { endingWords, type Finished } from '../host/process.ts';
import { updateUnit } from '../host/systemctl.ts';
import { runAsService } from '../host/systemd-run.ts';

/** What `rpm-ostree status --json` says of a deployment, as far as it is needed here. The first is the next to boot. */
export interface RpmOstreeDeployment {
  readonly id: string;
  readonly checksum: string;
  /** Of the tree below the layered packages; absent where there are none. */
  readonly 'base-checksum'?: string;
  readonly version?: string;
  readonly staged: boolean;
  readonly booted: boolean;
  readonly 'requested-packages'?: readonly string[];
  /** Packages of the tree that are left out. */
  readonly 'requested-base-removals'?: readonly string[];
  /** What the followed ref stands at, where that is not the base. */
  readonly 'pending-base-checksum'?: string;
  /** Of the manifest, where it was made of a container image. */
  readonly 'container-image-reference-digest'?: string;
  readonly 'layered-commit-meta'?: { readonly 'rpmostree.state-sha512'?: string };
}

/** What the last `upgrade --check` found. */
export interface CachedUpdate {
  /** Of the base: the current one where only packages are new, the running commit where it follows an image. */
  readonly checksum?: string;
  readonly version?: string;
  readonly 'ref-has-new-commit'?: boolean;
}

export interface RpmOstreeStatus {
  readonly deployments: readonly RpmOstreeDeployment[];
  readonly 'cached-update'?: CachedUpdate | null;
}

/** What `--check` and `--unchanged-exit-77` exit with where there is nothing new. */
export const unchanged = 77;

const minute = 60;
/** In seconds: a guest that hangs must not hold up the others. Packages may take long to download and to layer. */
const limits: Readonly<Record<string, number>> = { status: 2 * minute, upgrade: 120 * minute };
const limitOf = ([command = '', ...options]: readonly string[]): number =>
  options.includes('--check') ? 15 * minute : (limits[command] ?? 60 * minute);

/** Runs rpm-ostree(1) inside a machine. Any exit code is an answer; that it does not end is a failure. */
export async function tryRpmOstree(machine: string, ...args: readonly string[]): Promise<Finished> {
  const limit = limitOf(args);
  // By way of the host's systemd: who enters a machine needs rights that the update service does not have.
  const inside = ['systemd-run', `--machine=${machine}`, '--quiet', '--pipe', '--wait', '--collect'];
  // Interrupted, it cancels what its daemon does.
  const ended = [`--property=RuntimeMaxSec=${limit}`, '--property=KillSignal=SIGINT'];
  const outer = [
    ['BindsTo', updateUnit(machine)],
    // Where nothing inside obeys.
    ['RuntimeMaxSec', String(limit + 30)],
  ] as const;
  const began = now();
  const unit = `ostree-guest-rpm-ostree-${machine}`;
  const finished = await runAsService(unit, outer, [...inside, ...ended, '--', 'rpm-ostree', ...args]);
  if (finished.exitCode === 0 || now() - began < limit * 1000) return finished;
  throw new Failure(
    `rpm-ostree ${args.join(' ')} in ${machine} did not end within ${limit / minute} min, and was stopped`,
    `See: journalctl --machine=${machine} -u rpm-ostreed`,
  );
}

/** Runs it where only success, or that nothing changed, is an answer. */
export async function rpmOstree(machine: string, ...args: readonly string[]): Promise<Finished> {
  const finished = await tryRpmOstree(machine, ...args);
  if (finished.exitCode === 0 || finished.exitCode === unchanged) return finished;
  throw rpmOstreeFailure(machine, args, finished);
}

export function rpmOstreeFailure(machine: string, args: readonly string[], finished: Finished): Failure {
  const reason = reasonOf(finished.stderr) || endingWords(finished);
  return new Failure(
    `rpm-ostree ${args.join(' ')} failed in ${machine}: ${reason}`,
    `What its daemon did: journalctl --machine=${machine} -u rpm-ostreed`,
  );
}

/** Its daemon has crashed: with a new commit that names none of its packages, `upgrade --check` makes it do so. */
export const hasCrashed = ({ stderr }: Finished): boolean => stderr.includes('Bus owner changed');

/** The error it ends with, and what it printed just before: there, often, is the cause. */
export function reasonOf(stderr: string): string {
  const lines = plain(stderr)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('Note: '));
  const at = lines.findLastIndex((line) => line.startsWith('error: '));
  const error = lines
    .slice(Math.max(at, at < 0 ? lines.length - 1 : 0))
    .slice(0, 5)
    .join(' ')
    .replace(/^error: /, '')
    .replace(/\.+$/, '');
  const before = lines.slice(0, Math.max(at, 0)).slice(-2).join('; ');
  return before ? `${error} (before that: ${before})` : error;
}

/** What a guest says is data: without control characters it can do no harm to a terminal. */
const plain = (text: string): string => text.replace(/[^\P{Cc}\n]/gu, ' ');

export async function rpmOstreeStatus(machine: string): Promise<RpmOstreeStatus> {
  const { stdout } = await rpmOstree(machine, 'status', '--json');
  try {
    // Escaped characters are there only after it was parsed.
    return checked(JSON.parse(stdout, (_, value) => (typeof value === 'string' ? plain(value) : value)));
  } catch {
    throw new Failure(
      `rpm-ostree status --json in ${machine} printed something else`,
      `See: guestctl shell ${machine} rpm-ostree status --json`,
    );
  }
}

/** What becomes part of a path, or of a command line. */
function checked(status: RpmOstreeStatus): RpmOstreeStatus {
  const checksums = status.deployments.flatMap((one) => [one.checksum, one['base-checksum'] ?? one.checksum]);
  const packages = status.deployments.flatMap((one) => [
    ...(one['requested-packages'] ?? []),
    ...(one['requested-base-removals'] ?? []),
  ]);
  if (!checksums.every((one) => /^[0-9a-f]{64}$/.test(one))) throw new Error('checksum');
  if (packages.some((one) => typeof one !== 'string' || one.startsWith('-'))) throw new Error('package');
  return status;
}
