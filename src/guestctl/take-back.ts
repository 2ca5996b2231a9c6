// A guest that is being created is there as a whole, or not at all.
import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Guest } from '../config/guest.ts';
import { loadGuest } from '../config/load.ts';
import { stateOf } from '../config/paths.ts';
import { Failure } from '../host/failure.ts';
import { nodeFiles } from '../host/node-files.ts';
import { buildUnit, reloadUnits, stopUnit, updateUnit } from '../host/systemctl.ts';
import { removeGuest } from './remove/remove-guest.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does what creates a guest. If that fails, or a signal such as Ctrl-C comes, removes these new files and whatever was made of the
 * guest meanwhile. `goOn` throws if a signal came.
 */
export async function takenBackUnlessDone(
  name: string,
  files: readonly string[],
  work: (goOn: () => void) => Promise<void>,
): Promise<void> {
  const wasThere = existsSync(stateOf(name));
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    // Ends the wait for it.
    stopUnit(updateUnit(name)).catch(() => {});
  };
  for (const signal of signals) process.on(signal, interrupt);
  try {
    await work(() => {
      if (interrupted) throw new Failure('Interrupted');
    });
    if (interrupted) throw new Failure('Interrupted');
  } catch (error) {
    await takeBack(name, files, wasThere);
    if (interrupted) throw new Failure(`Interrupted: nothing of ${name} was kept`);
    if (!(error instanceof Failure)) throw error;
    const remedy = `Fix the cause, and create it again. Full log: journalctl -u ${updateUnit(name)}`;
    throw new Failure(`${error.message}. Nothing of ${name} was kept`, remedy);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

async function takeBack(name: string, files: readonly string[], wasThere: boolean): Promise<void> {
  await stopUnit(updateUnit(name));
  const checked = loadGuest(nodeFiles, name);
  // A /var that was kept for it, or a guest whose file was lost, is not ours to remove.
  if (checked && 'guest' in checked && !wasThere && isOurs(checked.guest))
    await removeGuest(checked.guest, { keepVar: false, declarations: [] });
  for (const file of files) rmSync(file, { force: true });
  const builds = files.filter((file) => file.endsWith('.build')).map((file) => basename(file, '.build'));
  for (const build of builds) await stopUnit(buildUnit(build));
  await reloadUnits();
}

/** A sysroot elsewhere may have been there before. */
const isOurs = ({ name, sysroot }: Guest): boolean => sysroot.startsWith(`${stateOf(name)}/`);
