import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { guestName, guestNameRule } from '../../config/guest-name.ts';
import { defaultSysrootOf, guestFileOf, rootLinkOf, stateDirectory } from '../../config/paths.ts';
import { createAtomically, syncDirectory, writeAtomically } from '../../host/atomic-file.ts';
import { ownProgram, runConfined, treeCapabilities } from '../../host/confined.ts';
import { syncFileSystem } from '../../host/copy-tree.ts';
import { Failure } from '../../host/failure.ts';
import { parseFields } from '../../host/json-fields.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { reloadUnits, showUnits, startUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { stopGuest } from '../../machine/stopping.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { formatKeyfile, parseKeyfile } from '../../ostree/keyfile.ts';
import { isChecksum } from '../../ostree/names.ts';
import { deploy } from '../../ostree/sysroot.ts';
import { requireGuest } from '../../state/declared.ts';
import type { Report } from '../../state/report.ts';
import { hostRepository } from '../../trees/ostree/host-remotes.ts';
import { guestFileText } from './adopted-guest-file.ts';
import { copyDirectory, copyMissing } from './copy-directory.ts';
import { requireVacant } from './occupants.ts';
import { findOldGuest, type OldGuest, staterootOf } from './old-guest.ts';
import { removeOldGuest } from './remove-old-guest.ts';

export interface Adoption {
  readonly stateroot: string;
  /** CHECKSUM.SERIAL or its beginning, where there is more than one. */
  readonly deployment: string | undefined;
  readonly remove: boolean;
}

/** The file in an adopted sysroot that names the old deployment. It appears together with the sysroot. */
const markerOf = (sysroot: string): string => `${sysroot}/adopted-from`;

/**
 * Turns a stateroot of the host into a guest. The old one is only read. Each step can be repeated, so that
 * the next run completes an interrupted one.
 */
export async function adopt({ stateroot, deployment, remove }: Adoption, report: Report): Promise<void> {
  if (!guestName.test(stateroot))
    throw new Failure(`'${stateroot}' cannot be a guest's name`, `A name is ${guestNameRule}`);
  const sysroot = defaultSysrootOf(stateroot);
  const from = unlessMissing(() => readFileSync(markerOf(sysroot), 'utf8'))?.trim();
  if (from === undefined) await bring(await findOldGuest(stateroot, deployment), sysroot, report);
  else report.step(`Adopted before, from ${from}`);
  declare(stateroot, sysroot, report);
  await reloadUnits();
  requireVacant(stateroot);
  await requireOurUnit(stateroot);
  const runs = await isRunning(stateroot);
  if (!runs) await verifyBoot(stateroot, report);
  if (remove) await removeOldGuest(stateroot, report);
  else if (existsSync(staterootOf(stateroot)))
    report.step(`The old one is untouched. To take it off the host: guestctl adopt ${stateroot} --remove`);
  report.step(
    runs ? `${stateroot} runs, and was left so` : `Start the guest with: guestctl start ${stateroot}`,
  );
}

async function bring(old: OldGuest, sysroot: string, report: Report): Promise<void> {
  const { stateroot, root } = old;
  if (existsSync(sysroot))
    throw new Failure(`There is a guest '${stateroot}' already: ${sysroot}`, 'Nothing was changed');
  if (!existsSync(guestFileOf(stateroot))) guestFileText(stateroot, old.origin);
  requireVacant(stateroot);
  const work = `${dirname(sysroot)}/adopting`;
  makeDirectories(stateDirectory, 0o700);
  report.step(`Copying the tree of ${root}`);
  await bringTree(old, work, report);
  await bringFiles(old, work, report);
  // One that was started meanwhile has changed its files while they were copied.
  requireVacant(stateroot);
  writeAtomically(markerOf(work), `${root}\n`);
  await syncFileSystem(work);
  // The guest appears here, as a whole.
  renameSync(work, sysroot);
  syncDirectory(dirname(sysroot));
}

/** Writes the guest file, unless the user has written one. */
function declare(guest: string, sysroot: string, report: Report): void {
  const file = guestFileOf(guest);
  const [deployed] = listDeployments(sysroot);
  const isOurs =
    !existsSync(file) &&
    createAtomically(
      file,
      guestFileText(guest, parseKeyfile(readFileSync(`${deployed?.path}.origin`, 'utf8'))),
    );
  report.step(isOurs ? `Wrote ${file}` : `${file} exists, and is not changed`);
  if (requireGuest(guest).sysroot !== sysroot)
    throw new Failure(
      `${file}: this guest was adopted into ${sysroot}`,
      'Leave Sysroot= out, and adopt it again',
    );
}

async function bringTree(old: OldGuest, work: string, report: Report): Promise<void> {
  const { stateroot, root } = old;
  makeDirectories(work, 0o700);
  const confinement = {
    name: `adopt-${stateroot}`,
    writable: [work],
    readable: [root, hostRepository],
    // It reads and writes all attributes: trusted.* and, where the host has no SELinux, labels.
    capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
    timeLimit: '3h',
    memory: '2G',
  };
  const { exitCode, stdout, stderr } = await runConfined(
    confinement,
    ownProgram('adopt', work, stateroot, root),
  );
  if (exitCode !== 0) throw notBrought(stderr.trim() || `the service ostree-guest-adopt-${stateroot} failed`);
  const adopted = parseFields(stdout);
  const checksum = adopted.is('checksum', isChecksum, 'a commit');
  if (adopted.flag('isChanged')) report.step('Its /usr differs from its commit, and is kept as it is');
  if (listDeployments(work)[0]?.checksum === checksum) return;
  await deploy(work, stateroot, { checksum, origin: originText(root) }).catch((error: Failure) => {
    throw notBrought(error.message);
  });
}

const notBrought = (cause: string): Failure =>
  new Failure(cause, 'The old one is as it was. Adopt it again when that is mended');

/** Returns the origin without settings for the old deployment only, such as its pin. */
function originText(root: string): string {
  const { 'libostree-transient': _, ...origin } = parseKeyfile(readFileSync(`${root}.origin`, 'utf8'));
  return formatKeyfile(origin);
}

/** Copies all of /etc, and the stateroot's /var. */
async function bringFiles(old: OldGuest, work: string, report: Report): Promise<void> {
  const [deployed] = listDeployments(work);
  if (!deployed) throw new Error(`nothing was deployed in ${work}`);
  report.step(`Copying ${old.root}/etc and ${old.var}`);
  await copyDirectory(`${old.root}/etc`, `${deployed.path}/etc`);
  const ours = `${work}/ostree/deploy/${old.stateroot}/var`;
  await copyDirectory(old.var, ours);
  // A guest that was started without its stateroot's /var has data there.
  const inRoot = `${old.root}/var`;
  if ((unlessMissing(() => readdirSync(inRoot)) ?? []).length > 0) {
    report.step(`Adding files that only ${inRoot} has`);
    await copyMissing(inRoot, ours);
  }
}

/** Starts the guest, checks it, and stops it again. */
async function verifyBoot(guest: string, report: Report): Promise<void> {
  const unit = driver.unit(guest);
  report.step(`Starting ${unit} to check that it boots`);
  await startUnit(unit).catch((error: Failure) => {
    throw new Failure(
      `The adopted guest does not boot. ${error.message}`,
      `${error.remedy}. The old one is untouched`,
    );
  });
  await stopGuest(guest, report.warn);
  report.step(`${guest} boots, and is stopped again`);
}

/** Fails if drop-ins of the recipe would still boot the old deployment. */
async function requireOurUnit(guest: string): Promise<void> {
  const unit = driver.unit(guest);
  const [shown] = await showUnits([unit], ['ExecStart', 'FragmentPath', 'DropInPaths']);
  if (shown?.['ExecStart']?.includes(rootLinkOf(guest))) return;
  const files = `${shown?.['FragmentPath']} ${shown?.['DropInPaths']}`
    .split(/\s+/)
    .filter((file) => /^\/(etc|run\/systemd\/system)\//.test(file));
  throw new Failure(
    `${unit} does not start the adopted guest: ${files.join(', ') || 'it'} says otherwise`,
    'Remove what starts the old one, run systemctl daemon-reload, and adopt it again',
  );
}
