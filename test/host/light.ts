// A guest that boots in no time: what is tested with it is the way to its deployment, not what it does then.
import { guestFile } from './guests.ts';
import type { Host } from './host.ts';
import { type Changes, publish } from './mirror.ts';

const lightRef = (name: string) => `debian/12/${name}`;

/** Its init system is a script, which ends when nspawn asks it to (SIGRTMIN+3) and cannot say that it is up. */
const init = `#!/bin/sh
trap 'kill $!; exit 0' 37
sleep infinity &
wait
`;

/** `name` is that of the tree; guests may share one. */
export const lightFile = (more = '', name = 'light') =>
  guestFile(`[Exec]\nNotifyReady=no\n${more}`).replace('debian/12/server', lightRef(name));

/** Its tree has no D-Bus, so that nobody waits for its systemd to answer. Made once: leaving something out takes seconds. */
const baseRef = 'light/base';
const bases = new WeakMap<Host, Promise<string>>();

function base(host: Host): Promise<string> {
  const made =
    bases.get(host) ??
    publish(host, baseRef, {
      files: { '/usr/lib/systemd/systemd': { content: init, mode: 0o755 } },
      remove: ['/usr/lib/systemd/system/dbus.socket'],
    });
  bases.set(host, made);
  return made;
}

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
