// The guest that updates and starts are measured with, and what does the same without us: a sysroot of its own, as
// `ostree admin` makes it, and units that run nothing but nspawn.
import { declare, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { makeMirror, mirrorPath, serverRef } from '../test/host/mirror.ts';

export const guest = 'mail';
export const unitOf = (name: string) => `systemd-nspawn@${name}.service`;
export const bareUnitOf = (name: string) => unitOf(`bare-${name}`);

const bareSysroot = '/var/lib/bench/sysroot';
export const barePull = `ostree --repo=${bareSysroot}/ostree/repo pull site ${serverRef}`;
export const bareDeploy = `ostree admin --sysroot=${bareSysroot} deploy --os=bare site:${serverRef}`;

export async function makeGuest(host: Host): Promise<void> {
  await makeMirror(host);
  await declare(host, guest);
  await update(host, guest);
}

export async function makeBareSysroot(host: Host, url = `file://${mirrorPath}`): Promise<void> {
  const repo = `--repo=${bareSysroot}/ostree/repo`;
  await host.sh(`mkdir --parents ${bareSysroot}
    ostree admin init-fs --modern ${bareSysroot}
    ostree ${repo} config set sysroot.bootloader none
    ostree ${repo} remote add --no-gpg-verify site ${url}
    ostree admin --sysroot=${bareSysroot} os-init bare
    ${barePull}
    ${bareDeploy}`);
}

/**
 * Makes units of these guests that run systemd-nspawn with the same options and root, and nothing before it. What ours does with
 * mounts is one more option here: /etc is that of the root, and /usr is read-only in it. /tmp is a link in these roots. The roots
 * are pinned: updates would remove them.
 */
export const makeBareUnits = (host: Host, names: readonly string[]): Promise<string> =>
  host.sh(`for name in ${names.join(' ')}; do
      mkdir -p /etc/systemd/system/systemd-nspawn@bare-$name.service.d
      root=$(echo /var/lib/ostree-guests/$name/sysroot/ostree/deploy/$name/deploy/*.0)
      ostree admin --sysroot=/var/lib/ostree-guests/$name/sysroot pin 0
      sed -E -e '/ostree-guest-|^ExecStartPre=/d' \\
        -e '/^ExecStart=$/iEnvironment=SYSTEMD_NSPAWN_TMPFS_TMP=0' \\
        -e 's|^ExecStart=unshare .*/run-guest %i [^ ]+|ExecStart=systemd-nspawn|' \\
        -e 's|--read-only --bind=[^ ]*:/etc:idmap|--bind-ro=+/usr:/usr|' \\
        -e "s|/run/ostree-guests/$name/root|$root|; s|%i|$name|g" \\
        /run/systemd/generator/systemd-nspawn@$name.service.d/50-guest.conf \\
        >/etc/systemd/system/systemd-nspawn@bare-$name.service.d/50-guest.conf
    done
    systemctl daemon-reload`);

/** Publishes another commit, with so many files that are new. Run in the host. */
export const publishFiles = (count: number, megabytes: number): string =>
  `rm -rf /run/bench/tree && mkdir -p /run/bench/tree/usr/share/bench &&
  head -c ${megabytes}M /dev/urandom | split -n ${count} -a 4 - /run/bench/tree/usr/share/bench/ &&
  ostree commit --repo=${mirrorPath} --branch=${serverRef} --tree=ref=guest/debian --tree=dir=/run/bench/tree`;

export const publishAnother = publishFiles(200, 10);
