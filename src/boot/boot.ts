import { mkdtempSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { Failure } from '../failure.ts';
import { isRunning, updateUnit } from '../machine/systemctl.ts';
import { unlessMissing } from '../node-files.ts';
import { type Deployment, listDeployments } from '../ostree/deployments.ts';
import { formatKeyfile } from '../ostree/keyfile.ts';
import { deploy } from '../ostree/sysroot.ts';
import { claimStaged, readStaged, releaseStaged } from '../state/staged.ts';

/** Where systemd-nspawn finds the deployment to boot. */
const rootLink = (guest: string): string => `/run/ostree-guests/${guest}/root`;

/**
 * What firmware and boot loader do for real hardware: deploys what is staged, then points to the default
 * deployment. `warn` is told why the staged one could not be deployed; the guest then starts as before.
 */
export async function boot(
  guest: Guest,
  say: (text: string) => void,
  warn: (text: string) => void,
): Promise<void> {
  await requireStopped(guest);
  await finalize(guest, say).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    warn(`${error.message}. The guest starts as it was; this is tried again at its next start`);
  });
  const [next] = listDeployments(guest.sysroot);
  if (!next)
    throw new Failure(
      `${guest.name} has no deployment yet`,
      `Make one: systemctl start ${updateUnit(guest.name)}`,
    );
  point(guest.name, next);
  say(`Default: ${next.title} (${next.checksum.slice(0, 12)}.${next.serial})`);
}

/**
 * Nothing may change under a running guest: /etc is merged from the root it runs from, so what it writes
 * there later would be lost. systemd is not asked where nothing is going to change.
 */
async function requireStopped(guest: Guest): Promise<void> {
  const changes =
    readStaged(guest.name) !== undefined ||
    bootedRoot(guest.name) !== listDeployments(guest.sysroot)[0]?.path;
  if (changes && (await isRunning(guest.name)))
    throw new Failure(`${guest.name} is running`, `Restart it: machinectl reboot ${guest.name}`);
}

async function finalize(guest: Guest, say: (text: string) => void): Promise<void> {
  const staged = claimStaged(guest.name);
  if (!staged) return;
  // Otherwise a start was cut off between deploying it and saying so.
  if (listDeployments(guest.sysroot)[0]?.checksum !== staged.checksum) {
    say(`Deploying ${staged.refspec} (${staged.checksum.slice(0, 12)})`);
    await withOrigin(staged.refspec, (origin) => deploy(guest.sysroot, guest.name, staged.checksum, origin));
  }
  releaseStaged(guest.name);
}

/** Runs `work` with an origin file: ostree(1) takes the origin of a commit from nowhere else. */
async function withOrigin(refspec: string, work: (file: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync('/tmp/origin-');
  try {
    const file = `${directory}/origin`;
    writeFileSync(file, formatKeyfile({ origin: { refspec } }));
    await work(file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The deployment that the guest runs from, or, where it is stopped, that it was last to be started from. */
export function bootedRoot(guest: string): string | undefined {
  return unlessMissing(() => readlinkSync(rootLink(guest)));
}

/** Replaces the link in one step. */
function point(guest: string, { path }: Deployment): void {
  const link = rootLink(guest);
  rmSync(`${link}.new`, { force: true });
  symlinkSync(path, `${link}.new`);
  renameSync(`${link}.new`, link);
}
