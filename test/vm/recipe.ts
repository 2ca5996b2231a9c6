// The trees of the virtual machine and of its guests: like those of the test hosts, with what a container does without.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../host/paths.ts';
import { guestRecipe, hostRecipe, type Recipe } from '../host/recipe.ts';

/** The name of the serial port that commands come in by. */
export const commandPort = 'ostree-guests.commands';

const agent = 'usr/lib/test/agent';
const wants = 'etc/systemd/system/multi-user.target.wants';
const networkd = {
  [`${wants}/systemd-networkd.service`]: '/usr/lib/systemd/system/systemd-networkd.service',
};
/** Whatever is started or stopped may take longer than on a machine that is not emulated. */
const patient = {
  'etc/systemd/system.conf.d/patient.conf':
    '[Manager]\nDefaultTimeoutStartSec=30min\nDefaultTimeoutStopSec=15min\nDefaultDeviceTimeoutSec=30min\n',
};
const policy = ['selinux-policy-default', 'policycoreutils'];

export const vmHost: Recipe = {
  ref: 'host/vm',
  about: "the virtual machine's tree",
  packages: [
    ...'systemd systemd-sysv dbus libpam-systemd login iproute2 procps less udev kmod'.split(' '),
    ...'systemd-container ostree ostree-boot bubblewrap nodejs quickjs e2fsprogs attr'.split(' '),
    ...'nftables linux-image-cloud-amd64 dracut'.split(' '),
    ...policy,
  ],
  files: {
    ...hostRecipe.files,
    ...patient,
    'etc/systemd/system/ostree-guest-boot@.service.d/patient.conf': '[Service]\nTimeoutStartSec=30min\n',
    [agent]: readFileSync(join(checkout(), 'test/vm/agent'), 'utf8'),
    'etc/systemd/system/agent.service': `[Unit]
Description=Commands of the test

[Service]
ExecStart=/bin/bash /${agent} ${commandPort}
Restart=always
RestartSec=1
Environment=HOME=/root LANG=C.UTF-8
# As whoever logs in.
SELinuxContext=-unconfined_u:unconfined_r:unconfined_t:s0
`,
    'etc/systemd/system/boot.mount': '[Mount]\nWhat=LABEL=boot\nWhere=/boot\nOptions=nodev,nosuid\n',
    'etc/systemd/network/50-wire.network': '[Match]\nName=en*\n\n[Network]\nDHCP=ipv4\n',
    'etc/systemd/journald.conf.d/all.conf': '[Journal]\nRateLimitBurst=0\n',
  },
  links: {
    ...networkd,
    [`${wants}/agent.service`]: '../agent.service',
    'etc/systemd/system/local-fs.target.wants/boot.mount': '../boot.mount',
    // What would only cost time.
    ...Object.fromEntries(
      ['e2scrub_reap.service', 'systemd-hwdb-update.service', 'systemd-pstore.service'].map((unit) => [
        `etc/systemd/system/${unit}`,
        '/dev/null',
      ]),
    ),
  },
  scripts: ['test/vm/host-tree', 'test/vm/selinux-tree'],
  kernel: true,
  selinux: true,
};

export const vmGuest: Recipe = {
  ...guestRecipe,
  ref: 'guest/vm',
  about: "the guests' tree, with SELinux",
  packages: [...guestRecipe.packages, ...policy],
  files: { ...guestRecipe.files, ...patient },
  links: { ...guestRecipe.links, ...networkd },
  scripts: ['test/vm/selinux-tree'],
  selinux: true,
};
