import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory, writeAtomically } from '../atomic.ts';
import { stateDirectory } from '../config/guest.ts';
import { guestName } from '../config/schema.ts';
import { Failure } from '../failure.ts';
import { guestUnit, reloadUnits, showUnits, startUnit, stopUnit } from '../machine/systemctl.ts';
import { runAsService } from '../machine/systemd-run.ts';
import { unlessMissing } from '../node-files.ts';
import { listDeployments } from '../ostree/deployments.ts';
import { parseKeyfile } from '../ostree/keyfile.ts';
import { requireGuest } from '../service.ts';
import { copyDirectory, copyMissing, sync } from './copy.ts';
import { guestFileText } from './guest-file.ts';
import { occupantsOf } from './occupants.ts';
import { findOldGuest, type OldGuest, staterootOf } from './old-guest.ts';
import { removeOldGuest } from './remove.ts';
import { deployingSandbox } from './sandbox.ts';

export interface Adoption {
  readonly stateroot: string;
  /** CHECKSUM.SERIAL or its beginning, where there is more than one. */
  readonly deployment: string | undefined;
  readonly remove: boolean;
}

type Say = (text: string) => void;

const sysrootOf = (guest: string): string => `${stateDirectory}/${guest}/sysroot`;
/** In an adopted sysroot, the deployment it was made of. It appears with the sysroot, all at once. */
const markerOf = (sysroot: string): string => `${sysroot}/adopted-from`;

/**
 * Makes a guest of its own of a stateroot of the host. The old one is only read; each step can be repeated, so that
 * one that was cut off is taken up by the next run.
 */
export async function adopt({ stateroot, deployment, remove }: Adoption, say: Say): Promise<void> {
  if (!guestName.test(stateroot))
    throw new Failure(`'${stateroot}' cannot be a guest's name`, 'A name is 1 to 63 of a-z, 0-9 and -');
  const sysroot = sysrootOf(stateroot);
  const from = unlessMissing(() => readFileSync(markerOf(sysroot), 'utf8'))?.trim();
  if (from === undefined) await bring(await findOldGuest(stateroot, deployment), sysroot, say);
  else say(`Adopted before, from ${from}`);
  declare(stateroot, sysroot, say);
  await reloadUnits();
  await verifyBoot(stateroot, say);
  if (remove) await removeOldGuest(stateroot, say);
  else if (existsSync(staterootOf(stateroot)))
    say(`The old one is untouched. To take it off the host: guestctl adopt ${stateroot} --remove`);
  say(`Start the guest with: machinectl start ${stateroot}`);
}

async function bring(old: OldGuest, sysroot: string, say: Say): Promise<void> {
  const { stateroot, root } = old;
  if (existsSync(sysroot))
    throw new Failure(`There is a guest '${stateroot}' already: ${sysroot}`, 'Nothing was changed');
  if (!existsSync(fileOf(stateroot))) guestFileText(stateroot, old.origin);
  const [occupant] = occupantsOf(stateroot);
  if (occupant !== undefined)
    throw new Failure(
      `'${stateroot}' is running (process ${occupant}, for one)`,
      `Stop it first: machinectl poweroff ${stateroot}`,
    );
  const work = `${dirname(sysroot)}/adopting`;
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  say(`Bringing the tree of ${root}`);
  await bringTree(old, work, say);
  await bringFiles(old, work, say);
  writeAtomically(markerOf(work), `${root}\n`);
  await sync(work);
  // Until here there was no guest; from here there is a whole one.
  renameSync(work, sysroot);
  syncDirectory(dirname(sysroot));
}

const fileOf = (guest: string): string => `/etc/ostree-guests/${guest}.guest`;

/** A guest file that is there already is the user's. */
function declare(guest: string, sysroot: string, say: Say): void {
  const file = fileOf(guest);
  const [deployed] = listDeployments(sysroot);
  if (existsSync(file)) say(`${file} is there, and left as it is`);
  else {
    writeAtomically(
      file,
      guestFileText(guest, parseKeyfile(readFileSync(`${deployed?.path}.origin`, 'utf8'))),
    );
    say(`Wrote ${file}`);
  }
  if (requireGuest(guest).sysroot !== sysroot)
    throw new Failure(
      `${file}: this guest was adopted into ${sysroot}`,
      'Leave Sysroot= out, and adopt it again',
    );
}

async function bringTree(old: OldGuest, work: string, say: Say): Promise<void> {
  // Beside our own, wherever that is linked from.
  const program = `${dirname(realpathSync(process.argv[1] ?? ''))}/adopt.cjs`;
  const command = [process.execPath, program, work, old.stateroot, old.root];
  const unit = `ostree-guest-adopt-${old.stateroot}`;
  const sandbox = [
    ...deployingSandbox,
    // It expects that to be there.
    ...[['RuntimeDirectory', 'ostree-guests'] as const, ['RuntimeDirectoryPreserve', 'yes'] as const],
  ];
  const { exitCode, stdout, stderr } = await runAsService(unit, sandbox, command);
  if (exitCode !== 0) {
    const cause = stderr.trim() || `${unit} failed: journalctl -u ${unit}`;
    throw new Failure(cause, 'The old one is as it was. Adopt it again when that is mended');
  }
  if (stdout.trim() !== '') say(stdout.trim());
}

/** All of /etc, not only what differs from the tree's defaults; and the stateroot's /var. */
async function bringFiles(old: OldGuest, work: string, say: Say): Promise<void> {
  const [deployed] = listDeployments(work);
  if (!deployed) throw new Error(`nothing was deployed in ${work}`);
  say(`Copying ${old.root}/etc and ${old.var}`);
  await copyDirectory(`${old.root}/etc`, `${deployed.path}/etc`);
  const ours = `${work}/ostree/deploy/${old.stateroot}/var`;
  await copyDirectory(old.var, ours);
  // A guest that was started without its stateroot's /var wrote there.
  const inRoot = `${old.root}/var`;
  if ((unlessMissing(() => readdirSync(inRoot)) ?? []).length > 0) {
    say(`Adding what only ${inRoot} has`);
    await copyMissing(inRoot, ours);
  }
}

/** Starts it, and stops it again: it did not run before. */
async function verifyBoot(guest: string, say: Say): Promise<void> {
  const unit = guestUnit(guest);
  await requireOurUnit(guest);
  say(`Starting ${unit} to see that it boots`);
  await startUnit(unit).catch((error: Failure) => {
    throw new Failure(
      `The adopted guest does not boot. ${error.message}`,
      `${error.remedy}. The old one is untouched`,
    );
  });
  await stopUnit(unit);
  say(`${guest} boots, and is stopped again`);
}

/** What the recipe had made of the same unit would still boot the old deployment. */
async function requireOurUnit(guest: string): Promise<void> {
  const unit = guestUnit(guest);
  const [shown] = await showUnits([unit], ['ExecStart', 'FragmentPath', 'DropInPaths']);
  if (shown?.['ExecStart']?.includes(`--directory=/run/ostree-guests/${guest}/root`)) return;
  const files = `${shown?.['FragmentPath']} ${shown?.['DropInPaths']}`
    .split(/\s+/)
    .filter((file) => /^\/(etc|run\/systemd\/system)\//.test(file));
  throw new Failure(
    `${unit} does not start the adopted guest: ${files.join(', ') || 'it'} says otherwise`,
    'Remove what starts the old one, run systemctl daemon-reload, and adopt it again',
  );
}
