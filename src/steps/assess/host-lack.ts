import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../config/guest.ts';
import { memoryNoteOf } from '../../config/paths.ts';
import { isFull } from '../../host/disk-room.ts';
import { lastMessages, oomdWords, systemdWords } from '../../host/journal.ts';
import { type Properties, showUnits } from '../../host/systemctl.ts';
import { inside, isDirectory } from '../../host/tree-files.ts';
import { driver } from '../../machine/driver.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { lackOf, type MemoryEvents, parseMemoryEvents } from './host-lack-rule.ts';

/** What the host has of a machine. */
export interface HostSide {
  /** The unit that it runs in. */
  readonly unit: string;
  /** The file in which its last run has left what its control group knew of memory: src/machine/note-memory. */
  readonly memoryNote: string;
  /** Directories that it writes to. */
  readonly writes: readonly string[];
}

export const hostSideOf = ({ name, sysroot }: Guest): HostSide => ({
  unit: driver.unit(name),
  memoryNote: memoryNoteOf(name),
  writes: [sysroot, ...varInside(sysroot, name)],
});

/** Returns the /var of a guest, if it is a directory there. A guest that manages itself can have links there, to a full disk, too. */
function varInside(sysroot: string, name: string): string[] {
  try {
    const directory = inside(sysroot, varOf(sysroot, name).slice(sysroot.length));
    return isDirectory(directory) ? [directory] : [];
  } catch {
    // Endless links.
    return [];
  }
}

/**
 * Says what the host lacks now, or lacked in the last run of a machine that went wrong; undefined if the host is not to blame. What a
 * machine itself says of the host counts only if it has ended by itself.
 */
export async function lackOfHost(
  { unit, memoryNote, writes }: HostSide,
  hasEnded: boolean,
): Promise<string | undefined> {
  const [shown = {}] = await showUnits([unit], ['InvocationID', 'ControlGroup', 'InactiveExitTimestamp']);
  const since = Number(shown['InactiveExitTimestamp']?.replace(/^@/, ''));
  return lackOf(unit, {
    said: hasEnded ? driver.lackOf(await wordsOf(unit, shown)) : undefined,
    memory: memoryEvents(shown, memoryNote),
    oomd: since > 0 ? await oomdWords(since).catch(() => []) : [],
    full: writes.filter(isFull),
  });
}

/** Waits until none of these directories is on a full file system; for at most so many milliseconds. Returns whether that is so. */
export async function roomReturns(directories: readonly string[], limit: number): Promise<boolean> {
  for (const begun = performance.now(); directories.some(isFull); await sleep(2000))
    if (performance.now() - begun > limit) return false;
  return true;
}

/** Returns the last words of a machine, and those of systemd about it. */
async function wordsOf(unit: string, { InvocationID: run = '' }: Properties): Promise<string[]> {
  const words = [...(await lastMessages(unit)), ...(await systemdWords(unit, run).catch(() => []))];
  return words.map((text) => (text.startsWith(`${unit}: `) ? text.slice(unit.length + 2) : text));
}

/** Returns what the control group of a run has counted: what it left at its end, which names the run, or else what it counts now. */
function memoryEvents(
  { InvocationID: run = '', ControlGroup: group = '' }: Properties,
  note: string,
): MemoryEvents | undefined {
  const left = readIfThere(note);
  if (left?.startsWith(`${run}\n`)) return parseMemoryEvents(left);
  return group === ''
    ? undefined
    : parseMemoryEvents(readIfThere(`/sys/fs/cgroup${group}/memory.events`) ?? '');
}

/** Returns undefined for a file that cannot be read: the kernel need not count, and a control group may go at any time. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
