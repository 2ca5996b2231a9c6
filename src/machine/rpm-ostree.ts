import { now } from '../host/clock.ts';
import { Failure } from '../host/failure.ts';
import { endingWords, type Finished } from '../host/process.ts';
import { updateUnit } from '../host/systemctl.ts';
import { runAsService } from '../host/systemd-run.ts';
import { type Checksum, isChecksum } from '../ostree/names.ts';
import { driver } from './driver.ts';

/** A deployment in `rpm-ostree status --json`. The first one is the next to boot. */
export interface RpmOstreeDeployment {
  readonly id: string;
  readonly checksum: Checksum;
  /** The commit below the layered packages; undefined without any. */
  readonly 'base-checksum'?: Checksum;
  readonly version?: string;
  readonly staged: boolean;
  readonly booted: boolean;
  readonly 'requested-packages'?: readonly string[];
  /** Packages that are removed from the tree. */
  readonly 'requested-base-removals'?: readonly string[];
  /** The commit of the followed ref, if that is not the base. */
  readonly 'pending-base-checksum'?: string;
  /** The digest of the manifest, if it was made from a container image. */
  readonly 'container-image-reference-digest'?: string;
  readonly 'layered-commit-meta'?: { readonly 'rpmostree.state-sha512'?: string };
}

/** The result of the last `upgrade --check`. */
export interface CachedUpdate {
  /** The base: the current one if only packages are new, the running commit if the guest follows an image. */
  readonly checksum?: string;
  readonly version?: string;
  readonly 'ref-has-new-commit'?: boolean;
}

export interface RpmOstreeStatus {
  readonly deployments: readonly RpmOstreeDeployment[];
  readonly 'cached-update'?: CachedUpdate | null;
}

/** The exit code of `--check` and `--unchanged-exit-77` if there is nothing new. */
export const unchanged = 77;

const minute = 60;
/** Time limits in seconds: a hanging guest must not hold up others. Downloading and layering packages may take long. */
const limits: Readonly<Record<string, number>> = { status: 2 * minute, upgrade: 120 * minute };
const limitOf = ([command = '', ...options]: readonly string[]): number =>
  options.includes('--check') ? 15 * minute : (limits[command] ?? 60 * minute);

/** Runs rpm-ostree(1) inside a machine and returns any exit code. Fails if it does not end. */
export async function tryRpmOstree(machine: string, ...args: readonly string[]): Promise<Finished> {
  const limit = limitOf(args);
  // On SIGINT it cancels the transaction of its daemon. If it ignores that, it is killed before the outer limit.
  const properties = [`RuntimeMaxSec=${limit}`, 'KillSignal=SIGINT', 'TimeoutStopSec=20'];
  const outer = [
    ['BindsTo', updateUnit(machine)],
    // In case nothing inside reacts.
    ['RuntimeMaxSec', String(limit + 30)],
  ] as const;
  const began = now();
  const unit = `ostree-guest-rpm-ostree-${machine}`;
  // Through the host's systemd: entering a machine needs rights that the update service does not have.
  const inside = driver.service(machine, ['rpm-ostree', ...args], properties);
  const finished = await runAsService(unit, outer, inside);
  if (finished.exitCode === 0 || now() - began < limit * 1000) return finished;
  throw new Failure(
    `rpm-ostree ${args.join(' ')} in ${machine} did not end within ${limit / minute} min, and was stopped`,
    `See: ${driver.journalWords(machine, 'rpm-ostreed')}`,
  );
}

/** Runs rpm-ostree(1), and fails unless it succeeded or changed nothing. */
export async function rpmOstree(machine: string, ...args: readonly string[]): Promise<Finished> {
  const finished = await tryRpmOstree(machine, ...args);
  if (finished.exitCode === 0 || finished.exitCode === unchanged) return finished;
  throw rpmOstreeFailure(machine, args, finished);
}

export function rpmOstreeFailure(machine: string, args: readonly string[], finished: Finished): Failure {
  const reason = reasonOf(finished.stderr) || endingWords(finished);
  return new Failure(
    `rpm-ostree ${args.join(' ')} failed in ${machine}: ${reason}`,
    `What its daemon did: ${driver.journalWords(machine, 'rpm-ostreed')}`,
  );
}

/** True if its daemon crashed: `upgrade --check` makes it crash if a new commit does not name its packages. */
export const hasCrashed = ({ stderr }: Finished): boolean => stderr.includes('Bus owner changed');

/** Returns the last error with the line before, which often has the cause. */
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

/** Removes control characters from the output of a guest. */
const plain = (text: string): string => text.replace(/[^\P{Cc}\n]/gu, ' ');

export async function rpmOstreeStatus(machine: string): Promise<RpmOstreeStatus> {
  const { stdout } = await rpmOstree(machine, 'status', '--json');
  try {
    // Escaped characters appear only after parsing.
    return checked(JSON.parse(stdout, (_, value) => (typeof value === 'string' ? plain(value) : value)));
  } catch {
    throw new Failure(
      `rpm-ostree status --json in ${machine} printed something else`,
      `See: guestctl shell ${machine} rpm-ostree status --json`,
    );
  }
}

/** Checks values that become part of a path or of a command line. */
function checked(status: RpmOstreeStatus): RpmOstreeStatus {
  const checksums = status.deployments.flatMap((one) => [one.checksum, one['base-checksum'] ?? one.checksum]);
  const packages = status.deployments.flatMap((one) => [
    ...(one['requested-packages'] ?? []),
    ...(one['requested-base-removals'] ?? []),
  ]);
  if (!checksums.every(isChecksum)) throw new Error('checksum');
  if (packages.some((one) => typeof one !== 'string' || one.startsWith('-'))) throw new Error('package');
  return status;
}
