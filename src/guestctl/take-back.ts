// A guest that is being created is there as a whole, or not at all.
import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Guest } from '../config/guest.ts';
import { loadGuest, loadGuests } from '../config/load.ts';
import { buildFileOf, stateOf } from '../config/paths.ts';
import { Failure } from '../host/failure.ts';
import { nodeFiles } from '../host/node-files.ts';
import { buildUnit, reloadUnits, stopUnit, updateUnit } from '../host/systemctl.ts';
import { whileDeclaring } from './install-guest-file.ts';
import { interruptible } from './interruption.ts';
import { removeGuest } from './remove/remove-guest.ts';

/** Calls by which a command that creates a guest reports the files that it has made. */
export interface Making {
  /** It has made this file, which did not exist before. */
  readonly wrote: (file: string) => void;
  /** Begins to make the guest itself. Throws if a signal came. */
  readonly begin: () => void;
}

/**
 * Does what creates a guest. If that fails, or a signal such as Ctrl-C comes, removes what `work` has told of: nothing of another
 * command that creates a guest of this name at the same time. Before `begin` is called, `work` makes nothing but files.
 */
export async function takenBackUnlessDone(
  name: string,
  work: (making: Making) => Promise<void>,
): Promise<void> {
  const files: string[] = [];
  let interrupted = false;
  let begun = false;
  const onSignal = () => {
    interrupted = true;
    // Ends the wait for it.
    if (begun) stopUnit(updateUnit(name)).catch(() => {});
  };
  await interruptible(async (check) => {
    let made: Guest | undefined;
    const begin = () => {
      check();
      begun = true;
      made = newGuest(name);
    };
    try {
      await work({ wrote: (file) => files.push(file), begin });
      check();
    } catch (error) {
      if (begun) await stopUnit(updateUnit(name));
      if (made) await removeGuest(made, { keepVar: false, declarations: [] });
      if (files.length > 0) await removeFiles(files);
      if (interrupted) throw new Failure(`Interrupted: nothing of ${name} was kept`);
      if (!(error instanceof Failure)) throw error;
      if (!begun) throw error;
      const remedy = `Fix the cause, and create it again. Full log: journalctl -u ${updateUnit(name)}`;
      throw new Failure(`${error.message}. Nothing of ${name} was kept`, remedy);
    }
  }, onSignal);
}

/** Returns a guest of which nothing exists. A /var that was kept, or a guest whose file was lost, is not ours to remove. */
function newGuest(name: string): Guest | undefined {
  const checked = loadGuest(nodeFiles, name);
  if (!checked || 'broken' in checked) return undefined;
  return existsSync(stateOf(name)) || existsSync(checked.guest.sysroot) ? undefined : checked.guest;
}

/** Removes files that were made; a build that another guest uses meanwhile is left. */
async function removeFiles(files: readonly string[]): Promise<void> {
  const removed = await whileDeclaring(() => {
    // The guest file was made last, and uses the build.
    for (const file of files.toReversed()) if (!isUsed(file)) rmSync(file, { force: true });
    return files.filter((file) => !existsSync(file));
  });
  for (const file of removed)
    if (file.endsWith('.build')) await stopUnit(buildUnit(basename(file, '.build')));
  await reloadUnits();
}

/** True if a guest is declared with this build. */
const isUsed = (file: string): boolean =>
  loadGuests(nodeFiles).guests.some(
    ({ origin }) => origin.kind === 'build' && file === buildFileOf(origin.build),
  );
