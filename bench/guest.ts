// The guest that updates and starts are measured with, and what does the same without us: a sysroot of its own, as
// `ostree admin` makes it, and the guest's own unit without our part in it.
import { declare, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { makeMirror, mirrorPath, serverRef } from '../test/host/mirror.ts';

export const guest = 'mail';
export const guestUnit = `systemd-nspawn@${guest}.service`;
export const bareUnit = 'systemd-nspawn@bare.service';

export const bareSysroot = '/var/lib/bench/sysroot';
export const barePull = `ostree --repo=${bareSysroot}/ostree/repo pull site ${serverRef}`;
export const bareDeploy = `ostree admin --sysroot=${bareSysroot} deploy --os=bare site:${serverRef}`;

export async function makeGuest(host: Host): Promise<void> {
  await makeMirror(host);
  await declare(host, guest);
  await update(host, guest);
}

export async function makeBareSysroot(host: Host): Promise<void> {
  const repo = `--repo=${bareSysroot}/ostree/repo`;
  await host.sh(`mkdir --parents ${bareSysroot}
    ostree admin init-fs --modern ${bareSysroot}
    ostree ${repo} config set sysroot.bootloader none
    ostree ${repo} remote add --no-gpg-verify site file://${mirrorPath}
    ostree admin --sysroot=${bareSysroot} os-init bare
    ${barePull}
    ${bareDeploy}`);
}

/** The same unit, options and root, but nothing runs before nspawn. */
export async function makeBareUnit(host: Host): Promise<void> {
  const dropIn = (unit: string) => `${unit}.d/50-guest.conf`;
  await host.sh(`cd /run/systemd
    mkdir -p system/${bareUnit}.d
    sed -e /^ExecStartPre=/d -e s/%i/${guest}/g generator/${dropIn(guestUnit)} >system/${dropIn(bareUnit)}
    systemctl daemon-reload`);
}

/** Publishes another commit, with so many files that are new. Run in the host. */
export const publishFiles = (count: number, megabytes: number): string =>
  `rm -rf /run/bench/tree && mkdir -p /run/bench/tree/usr/share/bench &&
  head -c ${megabytes}M /dev/urandom | split -n ${count} -a 4 - /run/bench/tree/usr/share/bench/ &&
  ostree commit --repo=${mirrorPath} --branch=${serverRef} --tree=ref=guest/debian --tree=dir=/run/bench/tree`;

export const publishAnother = publishFiles(200, 10);
