// One control group for each host: two hosts must not share one (both have an init.scope and a system.slice),
// and killing it ends a host with everything that runs in it, whoever started it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const nameOf = (directory: string) => `ostree-guests-test-${basename(directory)}`;

/** The control group that belongs to a work directory. */
export const cgroupOf = (directory: string): string => join(unifiedHierarchy(), nameOf(directory));

/** Makes the control group that belongs to a work directory. */
export function makeCgroup(directory: string): string {
  const cgroup = cgroupOf(directory);
  mkdirSync(cgroup);
  return cgroup;
}

/** The command line that runs FILE in a control group. */
export function within(cgroup: string, file: string, ...args: string[]): [string, string[]] {
  return ['sh', ['-c', 'echo $$ >"$0/cgroup.procs" && exec "$@"', cgroup, file, ...args]];
}

/** Kills what runs in it and removes it. Synchronous: it must also work while the process exits. */
export function removeCgroup(directory: string): void {
  const cgroup = cgroupOf(directory);
  if (!existsSync(cgroup)) return;
  writeFileSync(join(cgroup, 'cgroup.kill'), '1');
  // Only what hangs in the kernel takes as long.
  for (let waited = 0; isPopulated(cgroup) && waited < 120_000; waited += 20) sleep(20);
  // Where version 1 is mounted too, nspawn makes a twin for systemd's own hierarchy.
  for (const hierarchy of mounts('cgroup')) removeTree(join(hierarchy, nameOf(directory)));
  removeTree(cgroup);
}

/** What all that runs in a control group has taken of the processors, in seconds. */
export function processorTime(directory: string): number {
  const [, microseconds] =
    /usage_usec (\d+)/.exec(readFileSync(join(cgroupOf(directory), 'cpu.stat'), 'utf8')) ?? [];
  return Number(microseconds) / 1e6;
}

/** Where a service of a host runs, in a slice that is in another one; undefined while it does not. */
export function serviceCgroup(directory: string, unit: string): string | undefined {
  const payload = join(cgroupOf(directory), 'payload');
  const slices = slicesIn(payload).flatMap(slicesIn);
  return slices.map((slice) => join(slice, unit)).find((cgroup) => existsSync(cgroup));
}

/** A slice goes when its last service ends. */
function slicesIn(cgroup: string): string[] {
  const entries = existsSync(cgroup) ? readdirSync(cgroup) : [];
  return entries.filter((entry) => entry.endsWith('.slice')).map((entry) => join(cgroup, entry));
}

/** The process that is PID 1 of the container in this control group, once systemd runs there. */
export function initProcess(cgroup: string): number | undefined {
  for (const scope of ['payload/init.scope', 'init.scope']) {
    const processes = join(cgroup, scope, 'cgroup.procs');
    if (existsSync(processes)) return Number(readFileSync(processes, 'utf8').split('\n')[0]) || undefined;
  }
  return undefined;
}

function isPopulated(cgroup: string): boolean {
  return readFileSync(join(cgroup, 'cgroup.events'), 'utf8').includes('populated 1');
}

/** Another process may be removing it as well. */
function removeTree(cgroup: string): void {
  try {
    for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(cgroup, entry.name));
    }
    rmdirSync(cgroup);
  } catch (error) {
    if (existsSync(cgroup)) throw error;
  }
}

/** Version 2 is at /sys/fs/cgroup, or beside version 1 somewhere below it. */
function unifiedHierarchy(): string {
  const [path] = mounts('cgroup2');
  if (!path) throw new Error('No cgroup version 2 hierarchy is mounted here: mount -t cgroup2 cgroup2 DIR');
  return path;
}

/** Where file systems of this type are mounted. */
function mounts(type: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.filter((line) => line.includes(` - ${type} `)).map((line) => line.split(' ')[4] ?? '');
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
