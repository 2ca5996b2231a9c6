// A guest that is being imported or copied: a directory that nobody takes for a guest, until it is renamed. What a killed
// import or a power cut left there, the next one removes; in the state directory, systemd-tmpfiles(8) does so when the host boots.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { stateDirectory, stateOf } from '../../config/paths.ts';
import { writeAtomically } from '../../host/atomic-file.ts';
import { runConfined, treeCapabilities } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { tryLock } from '../../host/flock.ts';
import { makeDirectories } from '../../host/make-directories.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { randomName } from '../../host/random-name.ts';
import { destroyLeft } from '../../host/systemctl.ts';

/** The directory of all imports. No guest has such a name. */
const all = `${stateDirectory}/.incoming`;

/** One file for each import whose sysroot is elsewhere. */
const records = `${stateDirectory}/.incoming-elsewhere`;

/** The directory of one import, and its content. */
export class Incoming {
  readonly id = randomName();
  readonly directory = `${all}/${this.id}`;
  /** The directory of the unpacked files. */
  readonly data = `${this.directory}/data`;
  /** Becomes the state directory of the guest. */
  readonly guest = `${this.directory}/guest`;
  /** The owner of its state files: src/state/state-file.ts. */
  readonly owner = this.guest.slice(stateDirectory.length + 1);
  #sysroot: string | undefined;
  #release: (() => void) | undefined;

  /** Makes the directory, and removes those of imports that were killed. */
  async open(): Promise<void> {
    makeDirectories(all, 0o700);
    await sweep();
    // Before there is anything that another import would remove. If that has just removed the lock, it is made again.
    for (let tries = 5; !this.#release; tries -= 1) {
      if (tries === 0) throw new Failure(`Cannot lock ${lockOf(this.id)}`, 'Free some space there');
      this.#release = await tryLock(lockOf(this.id));
    }
    for (const directory of [this.directory, this.data, this.guest]) mkdirSync(directory, { mode: 0o700 });
  }

  /** Returns where the sysroot is made: on the file system where it is going to be. */
  sysrootFor({ name, sysroot }: Guest): string {
    if (this.#sysroot !== undefined) return this.#sysroot;
    const state = stateOf(name);
    if (sysroot.startsWith(`${state}/`)) this.#sysroot = `${this.guest}${sysroot.slice(state.length)}`;
    else {
      this.#sysroot = `${sysroot}.incoming-${this.id}`;
      writeAtomically(elsewhereOf(this.id), this.#sysroot);
    }
    makeDirectories(this.#sysroot, 0o700);
    return this.#sysroot;
  }

  /** Returns a directory for /etc and /var of a copy: on the file system of its sysroot, so that they can be moved, and share data. */
  partsFor(guest: Guest): string {
    const sysroot = this.sysrootFor(guest);
    const parts = sysroot.startsWith(`${this.directory}/`) ? this.data : `${sysroot}/parts`;
    makeDirectories(parts, 0o700);
    return parts;
  }

  /** The directories that confined jobs see. */
  rooms(sysroot: string): string[] {
    return sysroot.startsWith(`${this.directory}/`) ? [this.directory] : [this.directory, sysroot];
  }

  /** Removes its leftovers. */
  async close(): Promise<void> {
    await remove(this.id);
    this.#release?.();
  }
}

const lockOf = (id: string): string => `${all}/${id}.lock`;
/** Names the sysroot if it is elsewhere. Outlives a boot, so that the next import removes that. */
const elsewhereOf = (id: string): string => `${records}/${id}`;

/** The id in the name of a directory, a lock or a record. */
const idIn = /^[0-9a-f]+/;

async function sweep(): Promise<void> {
  const names = [...readdirSync(all), ...(unlessMissing(() => readdirSync(records)) ?? [])];
  for (const id of new Set(names.flatMap((name) => idIn.exec(name) ?? []))) {
    const release = await tryLock(lockOf(id));
    if (!release) continue;
    await destroyLeft([`ostree-guest-${jobOf(id)}`]);
    await remove(id);
    release();
  }
}

/** The jobs of an import. A killed guestctl does not end them. */
export const jobOf = (id: string): string => `incoming-${id}`;

/** Removes the directory in a confined process: an archive may have links, and be nested too deep for Node. */
async function remove(id: string): Promise<void> {
  const elsewhere = unlessMissing(() => readFileSync(elsewhereOf(id), 'utf8'));
  // A damaged record could name a guest.
  const isOurs = elsewhere?.endsWith(`.incoming-${id}`);
  const there = [`${all}/${id}`, ...(elsewhere && isOurs ? [elsewhere] : [])].filter((path) =>
    existsSync(path),
  );
  const full = there.filter((path) => !removeEmpty(path));
  if (full.length > 0) await removeAll(id, full);
  rmSync(elsewhereOf(id), { force: true });
  rmSync(lockOf(id), { force: true });
}

/** Removes a directory if it is empty, as that of an import that has ended well mostly is. That saves a process and its sandbox. */
function removeEmpty(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

async function removeAll(id: string, there: readonly string[]): Promise<void> {
  const removal =
    'chattr -R -f -ia -- "$@"; for d; do find "$d" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system -- {} +; done';
  await runConfined(
    { name: `${jobOf(id)}-remove`, writable: there, capabilities: treeCapabilities, timeLimit: '2h' },
    ['sh', '-c', removal, 'sh', ...there],
  );
  for (const directory of there) rmSync(directory, { recursive: true, force: true });
}
