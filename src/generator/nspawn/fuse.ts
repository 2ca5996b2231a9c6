// rpm-ostree layers packages through FUSE. The nspawn of systemd 252 gives a guest no /dev/fuse, and no nspawn can bind
// what the host does not have.
import { runtimeOf } from '../../config/paths.ts';

const file = `${runtimeOf('%i')}/fuse`;

export const fuse = {
  /** The option that gives a guest the device; empty if the host does not have it. */
  option: '$OSTREE_GUESTS_FUSE',
  /** Lines of [Service] that set that option before nspawn starts, and allow the device. */
  lines: [
    'DeviceAllow=/dev/fuse rwm',
    'Environment=OSTREE_GUESTS_FUSE=',
    `EnvironmentFile=-${file}`,
    `ExecStartPre=sh -c '{ [ ! -c /dev/fuse ] || echo OSTREE_GUESTS_FUSE=--bind=/dev/fuse; } >${file}'`,
  ],
} as const;
