// A guest that boots in no time: what is tested with it is the way to its deployment, not what it does then.
import { dirname } from 'node:path';
import { execa } from 'execa';
import { guestFile } from './guests.ts';
import { type Host, outside } from './host.ts';
import { type Changes, mirrorPath, publish } from './mirror.ts';
import { guestRecipe } from './recipe.ts';

const lightRef = (name: string) => `debian/12/${name}`;

/** Its init system is a script, which ends when nspawn asks it to (SIGRTMIN+3) and cannot say that it is up. */
const init = `#!/bin/sh
trap 'kill $!; exit 0' 37
sleep infinity &
wait
`;

/**
 * `name` is that of the tree; guests may share one. Stopped before its script has got to the trap, a guest does not end by
 * itself.
 */
export const lightFile = (more = '', name = 'light', url?: string) =>
  guestFile(`[Exec]\nNotifyReady=no\n${more}\n[Service]\nTimeoutStopSec=20s\n`, url).replace(
    'debian/12/server',
    lightRef(name),
  );

/** Shell words that wait until the script of a guest has got to its trap: it has a child then. */
export const untilStoppable = (name: string): string =>
  `until pgrep -x -P "$(machinectl show ${name} --property=Leader --value)" sleep; do sleep 0.1; done`;

/** What that takes of a Debian. It has no D-Bus, so that nobody waits for its systemd to answer. */
const needed =
  /^\/(?!usr\/)|^\/usr\/(etc|lib64|lib\/modules|lib\/os-release|lib\/systemd\/systemd$|lib\/[^/]+\/(libc|ld-linux)[-.]|bin\/(sh|dash|sleep)$)/;

/** Made once: leaving something out takes seconds. */
const baseRef = 'light/base';
const bases = new WeakMap<Host, Promise<string>>();

function base(host: Host): Promise<string> {
  const made = bases.get(host) ?? publishBase(host);
  bases.set(host, made);
  return made;
}

const publishBase = (host: Host): Promise<string> =>
  publishPart(host, baseRef, needed, { '/usr/lib/systemd/systemd': { content: init, mode: 0o755 } });

/** Publishes what a pattern matches of the guests' tree, and some files. */
export async function publishPart(
  host: Host,
  ref: string,
  needed: RegExp,
  files: NonNullable<Changes['files']>,
): Promise<string> {
  const repo = `--repo=${outside(host, mirrorPath)}`;
  const list = await execa('ostree', ['ls', '-R', '--nul-filenames-only', repo, guestRecipe.ref]);
  const paths = list.stdout.split('\0').filter(Boolean);
  const kept = new Set(paths.filter((path) => needed.test(path)).flatMap(withParents));
  return publish(host, ref, {
    files,
    // A directory goes with all that is in it.
    remove: paths.filter((path) => !kept.has(path) && kept.has(dirname(path))),
  });
}

const withParents = (path: string): string[] =>
  path === '/' ? [path] : [path, ...withParents(dirname(path))];

export async function publishLight(
  host: Host,
  version: string,
  files: Changes['files'] = {},
  name = 'light',
): Promise<string> {
  await base(host);
  return publish(host, lightRef(name), { version, from: baseRef, files });
}

/** Reads files as the running guest sees them. */
export const readInside = (host: Host, name: string, ...paths: string[]): Promise<string> =>
  host.sh(
    `cd /proc/$(machinectl show ${name} --property=Leader --value)/root && cat ${paths.map((path) => `.${path}`).join(' ')}`,
  );
