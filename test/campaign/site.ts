// What the guests of a campaign run and where they have it from: two small trees, and the kinds of updates that are made of them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { healthCheck } from '../host/faults.ts';
import { type Host, outside } from '../host/host.ts';
import { type Changes, makeMirror, mirrorPath, publish } from '../host/mirror.ts';
import { mirrorUrl } from './mirror-server.ts';
import type { Kind } from './model.ts';

/** `light`: its init system is a script, and boots in no time. `whole`: Debian with systemd, and a health check. */
export type Flavour = 'light' | 'whole';

const systemd = '/usr/lib/systemd/systemd';

/** Ends when nspawn asks it to (SIGRTMIN+3) or machinectl (SIGRTMIN+4), reboots when it is told to (SIGINT). */
const init = (then: string) => ({
  content: `#!/bin/sh
trap 'exit 0' 37 38
trap 'systemctl reboot --force --force' INT
${then}
while :; do
  sleep infinity &
  wait $!
done
`,
  mode: 0o755,
});

const lightBase = 'campaign/light';

export async function makeSite(host: Host): Promise<void> {
  await makeMirror(host);
  await publish(host, lightBase, {
    files: { [systemd]: init('systemd-notify --ready --pid=1') },
    // Without D-Bus nobody waits for its systemd to answer.
    remove: ['/usr/lib/systemd/system/dbus.socket'],
  });
}

const clash = { '/etc/campaign/default': 'of the tree\n' };
const panic = { [systemd]: { content: '#!/bin/sh\nexit 1\n', mode: 0o755 } };
const loop = { [systemd]: { content: '#!/bin/sh\nexec systemctl reboot --force --force\n', mode: 0o755 } };
const hang = { [systemd]: init('') };
const healthy = { '/usr/share/healthy': 'yes\n' };

/** Those that end at once come more often: a round waits for the others to time out, once for each try. */
const changes: Record<Flavour, Record<Kind, readonly Changes[]>> = {
  light: {
    good: [{}],
    faulty: [{ files: panic }, { files: loop }, { files: panic }, { files: loop }, { files: hang }],
    clashing: [{ files: clash }],
    kernelless: [{ kernel: false }],
  },
  whole: {
    good: [{ files: healthy }],
    faulty: [{ files: panic }, { files: panic }, { files: loop }, {}],
    clashing: [{ files: { ...clash, ...healthy } }],
    kernelless: [{ kernel: false }],
  },
};

const refOf = (name: string) => `campaign/${name}`;

/** Publishes an update of a guest's tree. `luck` chooses among those of its kind. */
export function publishKind(
  host: Host,
  name: string,
  flavour: Flavour,
  kind: Kind,
  { version, luck }: { version: number; luck: number },
): Promise<string> {
  const choices = changes[flavour][kind];
  const { files = {}, ...chosen } = choices[Math.floor(luck * choices.length)] ?? {};
  // Some files more each time, so that there is something to fetch.
  const more = Array.from({ length: 20 }, (_, i) => [
    `/usr/share/v${version}/${i}`,
    `${name} ${version}.${i}\n`,
  ]);
  return publish(host, refOf(name), {
    ...(flavour === 'light' && { from: lightBase }),
    version: String(version),
    ...chosen,
    files: { ...files, ...Object.fromEntries(more) },
  });
}

/** Has the ref of a guest name another commit. */
export const setRef = (host: Host, name: string, commit: string): Promise<void> =>
  writeFile(join(outside(host, mirrorPath), 'refs/heads', refOf(name)), `${commit}\n`);

export interface Policy {
  readonly action: 'stage' | 'switch';
  readonly tries: number;
  readonly keep: number;
  readonly overHttp?: boolean;
}

export function guestFile(name: string, flavour: Flavour, { action, tries, keep, overHttp }: Policy): string {
  const own =
    flavour === 'light' ? 'HealthTimeoutSec=15s' : `HealthTimeoutSec=40s\nHealthCheck=${healthCheck}`;
  // How often a guest is started is no loop here, and how long one takes that does not hear yet that it is to stop.
  return `[Unit]
StartLimitIntervalSec=0

[Guest]
Ref=site:${refOf(name)}

[Remote]
${overHttp ? `URL=${mirrorUrl}\nGPGVerify=no` : `URL=file://${mirrorPath}`}

[Update]
Action=${action}
Tries=${tries}
Keep=${keep}
${own}

[Service]
TimeoutStartSec=1min
TimeoutStopSec=10s
`;
}
