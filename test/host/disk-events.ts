// What a step changes in a guest's directory, while it does: the points at which a test interrupts it.
import { type FSWatcher, lstatSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Host, outside } from './host.ts';

/** The last event of a step that `holdAtEnd` was told of. */
export const end = 'end';

/** Made by a step at its end, and by the watcher when it has seen that: until then the step does not end. */
const [ended, seen] = ['.ended', '.seen'];

/**
 * Holds a step at its end until the watcher has seen all that it changed. Events come in order, but late on a busy machine:
 * so there is always something to kill.
 */
export async function holdAtEnd(host: Host, unit: string, directory: string): Promise<void> {
  const script = `: >${directory}/${ended}; until [ -e ${directory}/${seen} ]; do sleep 0.02; done`;
  await host.write(
    `/run/systemd/system/${unit}.d/hold.conf`,
    `[Service]\nExecStopPost=/bin/sh -c "${script}"\n`,
  );
  await host.run('systemctl', 'daemon-reload');
  writeFileSync(join(outside(host, directory), seen), '');
}

/** Calls back at each change, with its name, until what it answers is called. */
export function watchGuest(directory: string, changed: (event: string) => void): () => void {
  for (const name of [ended, seen]) rmSync(join(directory, name), { force: true });
  const watchers = new Map<string, FSWatcher>();
  const tell = (event: string) => {
    changed(event);
    if (event === end) writeFileSync(join(directory, seen), '');
  };
  const numbered = number(tell);
  const follow = (path: string) => {
    if (watchers.has(path)) return;
    const watcher = watch(path, (_, file) => {
      // Of the directory itself, its parent tells.
      if (!file || file === basename(path) || file === seen) return;
      numbered(nameOf(join(path, file).slice(directory.length + 1)));
      if (isFollowed(join(path, file))) follow(join(path, file));
    });
    watchers.set(path, watcher);
    for (const entry of readdirSync(path)) if (isFollowed(join(path, entry))) follow(join(path, entry));
  };
  follow(directory);
  return () => {
    for (const watcher of watchers.values()) watcher.close();
    // Nobody watches the next run.
    writeFileSync(join(directory, seen), '');
  };
}

/** Each change of a state file is told, and of the sysroot the first below each name. */
function number(changed: (event: string) => void): (name: string) => void {
  const seen = new Map<string, number>();
  let last = '';
  return (name) => {
    if (name === last) return;
    last = name;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    if (count === 1) changed(name);
    else if (!isInSysroot(name)) changed(`${name}, ${count}`);
  };
}

/** All directories, but for the content of trees and the objects of the repository. */
function isFollowed(path: string): boolean {
  if (/^([0-9a-f]{64}\.\d+|[0-9a-f]{2}|var)$/.test(basename(path))) return false;
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const isInSysroot = (name: string) => name.startsWith('sysroot');

/** Without what is different in each run: checksums, serial numbers, random names. */
function nameOf(path: string): string {
  if (path === ended) return end;
  if (!isInSysroot(path)) return path.replace(/[0-9a-f]{64}/g, 'COMMIT').replace(/\d+/g, 'N');
  const [sysroot = '', top = '', second = '', third = ''] = path.split('/');
  const inRepository = second === 'repo' && /^(tmp|state|refs)$/.test(third) ? third : '';
  return join(sysroot, top, second.replace(/\.(\d|tmp).*/, ''), inRepository);
}
