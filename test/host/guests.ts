// What tests do with guests in a test host, in the words of who uses them.
import type { Commands } from './host.ts';
import { suite } from './recipe.ts';

/** Rehearsals take a mount(8) that Debian 12 does not have; there they are refused. */
export const canRehearse = suite !== 'bookworm';

/** Declares a guest that follows the mirror's server tree, or one of the text given. */
export async function declare(host: Commands, name: string, text = guestFile()): Promise<void> {
  await host.write(`/etc/ostree-guests/${name}.guest`, text);
  await host.run('systemctl', 'daemon-reload');
}

export function guestFile(extra = '', url = 'file:///srv/mirror/repo'): string {
  const meant = /^(mirrorlist=)?http:/.test(url) ? 'GPGVerify=no\n' : '';
  return `[Guest]\nRef=site:debian/12/server\n\n[Remote]\nURL=${url}\n${meant}\n${extra}`;
}

/** Creates or updates a guest. */
export const update = (host: Commands, name: string) =>
  host.run('systemctl', 'start', `ostree-guest-update@${name}`);

/** Starts an update that is to fail: the errors that it wrote to the journal, and nothing else. */
export async function failingUpdate(host: Commands, name: string): Promise<string> {
  // Not by its invocation: of a process that is gone already, journald may not know that.
  const { stdout } = await host.run('date', '+%s.%N');
  const { exitCode } = await host.try(`systemctl start ostree-guest-update@${name}`);
  if (exitCode === 0) throw new Error(`The update of ${name} did not fail`);
  return host.sh(`journalctl --sync
    journalctl -o cat -p err -t ostree-guest-update --since=@${stdout.trim()}`);
}

/** Rehearses what is staged. If that fails, the journal of it is the error. */
export async function rehearse(host: Commands, name: string): Promise<void> {
  const { exitCode } = await host.try(`systemctl start ostree-guest-rehearse@${name}`);
  if (exitCode === 0) return;
  const units = ['rehearse', 'rehearsal'].map((step) => `-u ostree-guest-${step}@${name}`).join(' ');
  throw new Error(await host.sh(`journalctl --sync; journalctl -o cat -n 60 ${units}`));
}

export const start = (host: Commands, name: string) => host.run('machinectl', 'start', name);

/** Runs a script in a running guest: what it printed, trimmed. */
export async function inGuest(host: Commands, name: string, script: string): Promise<string> {
  const options = ['--machine', name, '--quiet', '--pipe', '--wait', '--collect'];
  const { stdout } = await host.run('systemd-run', ...options, '/bin/sh', '-euc', script);
  return stdout.trim();
}

/** Waits until a script succeeds in the host; what it last said is the error. Asking costs as much as some steps take. */
export async function eventually(host: Commands, script: string): Promise<void> {
  const { limit, pause } = host.waits ?? { limit: 300, pause: 0.2 };
  await host.sh(`until out=$( { ${script}; } 2>&1 ); do
      ((SECONDS < ${limit})) || { echo "$out"; exit 1; }
      if ((SECONDS < 3)); then sleep ${pause}; else sleep ${2.5 * pause}; fi
    done`);
}

/** Waits until the unit of a guest is in a state. */
export const reaches = (host: Commands, name: string, state: 'active' | 'inactive'): Promise<void> =>
  eventually(host, `[ "$(systemctl is-active systemd-nspawn@${name})" = ${state} ]`);

/** Waits until services that end by themselves have ended. One of Type=oneshot is never "active", so is-active does not tell. */
export const end = (host: Commands, ...units: string[]): Promise<void> =>
  eventually(
    host,
    // A systemctl that fails says nothing of them.
    `shown=$(systemctl show --property=Id --property=ActiveState --property=Job ${units.join(' ')}) &&
      ! grep -E '^Job=[1-9]|=(active|activating|deactivating|reloading)$' <<<"$shown"`,
  );

/** Asks a guest to reboot, and waits until it is being booted again. */
export async function beginReboot(host: Commands, name: string, ask: () => Promise<unknown>): Promise<void> {
  const leader = await host.sh(`machinectl show ${name} --property=Leader`);
  await ask();
  await eventually(
    host,
    `leader=$(machinectl show ${name} --property=Leader) && [ "$leader" != '${leader}' ]`,
  );
}

/** Reboots a guest and waits until it is up again. */
export async function reboot(
  host: Commands,
  name: string,
  ask: () => Promise<unknown> = () => host.run('machinectl', 'reboot', name),
): Promise<void> {
  await beginReboot(host, name, ask);
  await reaches(host, name, 'active');
}

export interface GuestStatus {
  state: string;
  running: { checksum: string } | null;
  staged: { checksum: string } | null;
  trial: { tries: number; left: number } | null;
  rejected: { checksum: string; reason: string }[];
  deployments: { checksum: string }[];
  unapplied: { reload: boolean; update: boolean; reboot: boolean };
  update: { state: string; fault: string | null; next: string | null; timer: string };
}

export async function status(host: Commands, name: string): Promise<GuestStatus> {
  return JSON.parse(await host.sh(`guestctl status -o json ${name}`)) as GuestStatus;
}

/** What the history has of an attempt. */
interface HistoryEntry {
  guest: string;
  action: string;
  outcome: string;
  from: string | null;
  to: string | null;
  message: string;
}

export async function history(host: Commands, name: string): Promise<HistoryEntry[]> {
  return JSON.parse(await host.sh(`guestctl history -o json ${name}`)) as HistoryEntry[];
}

export async function updateJournal(host: Commands, name: string): Promise<string> {
  return host.sh(`journalctl --sync; journalctl -o cat --no-pager -u ostree-guest-update@${name}`);
}

export const repositoryOf = (name: string) => `/var/lib/ostree-guests/${name}/sysroot/ostree/repo`;

/** How many KiB all guests together take; a file that they share counts once. A journal grows by 8 MiB whenever it is full. */
export async function guestsOnDisk(host: Commands): Promise<number> {
  return Number(
    await host.sh("sync; du -skx --exclude='*/var/log/journal' /var/lib/ostree-guests | cut -f1"),
  );
}

/** How many KiB the tree that a guest runs from takes. */
export async function treeOnDisk(host: Commands, name: string): Promise<number> {
  return Number(await host.sh(`cd /run/ostree-guests/${name}/root && du -skx usr | cut -f1`));
}

/** How many files on disk a path is in the deployments of a guest: one where it did not change and they share it. */
export async function copiesOf(host: Commands, name: string, path: string): Promise<string> {
  const deployments = `/var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}/deploy`;
  return host.sh(
    `cd ${deployments}; [ $(ls -d *.0/${path} | wc -l) -gt 1 ]; stat -c %i *.0/${path} | sort -u | wc -l`,
  );
}
