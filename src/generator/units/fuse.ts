// rpm-ostree layers packages through FUSE. The nspawn of systemd 252 gives a guest no /dev/fuse, and no nspawn can bind
// what the host does not have.

/** The option that gives a guest the device: none where the host has none. */
export const fuseOption = '$OSTREE_GUESTS_FUSE';

const file = '/run/ostree-guests/%i/fuse';

/** What sets that option before nspawn is started, and lets the guest use the device: lines of [Service]. */
export const fuseLines = [
  'DeviceAllow=/dev/fuse rwm',
  'Environment=OSTREE_GUESTS_FUSE=',
  `EnvironmentFile=-${file}`,
  `ExecStartPre=sh -c '{ [ ! -c /dev/fuse ] || echo OSTREE_GUESTS_FUSE=--bind=/dev/fuse; } >${file}'`,
];
