// A guest that is being created is there as a whole, or not at all.
import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Guest } from '../config/guest.ts';
import { loadGuest, loadGuests } from '../config/load.ts';
import { buildFileOf, stateOf } from '../config/paths.ts';
import { Failure } from '../host/failure.ts';
import { nodeFiles } from '../host/node-files.ts';
import { buildUnit, reloadUnits, stopUnit, updateUnit } from '../host/systemctl.ts';
import { interruptible } from './interruption.ts';
import { removeGuest } from './remove/remove-guest.ts';

/**
 * Does what creates a guest. If that fails, or a signal such as Ctrl-C comes, removes these new files and whatever was made of the
 * guest meanwhile. `begin` throws if a signal came; before it is called, `work` makes nothing but the files.
 */
export async function takenBackUnlessDone(
  name: string,
  files: readonly string[],
  work: (begin: () => void) => Promise<void>,
): Promise<void> {
  let interrupted = false;
  const onSignal = () => {
    interrupted = true;
    // Ends the wait for it.
    stopUnit(updateUnit(name)).catch(() => {});
  };
  await interruptible(async (check) => {
    let made: Guest | undefined;
    try {
      await work(() => {
        check();
        made = newGuest(name);
      });
      check();
    } catch (error) {
      await takeBack(name, files, made);
      if (interrupted) throw new Failure(`Interrupted: nothing of ${name} was kept`);
      if (!(error instanceof Failure)) throw error;
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

async function takeBack(name: string, files: readonly string[], made: Guest | undefined): Promise<void> {
  await stopUnit(updateUnit(name));
  if (made) await removeGuest(made, { keepVar: false, declarations: [] });
  for (const file of files.filter((file) => !isUsedByOthers(file, name))) {
    rmSync(file, { force: true });
    if (file.endsWith('.build')) await stopUnit(buildUnit(basename(file, '.build')));
  }
  await reloadUnits();
}

/** True if another guest has been declared with this build meanwhile. */
const isUsedByOthers = (file: string, name: string): boolean =>
  loadGuests(nodeFiles).guests.some(
    (guest) =>
      guest.name !== name && guest.origin.kind === 'build' && file === buildFileOf(guest.origin.build),
  );
