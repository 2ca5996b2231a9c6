// Guests in every state, as plain data: what the commands print is a function of it.

import type { Details } from '../../src/guestctl/details.ts';
import type { BrokenGuest, Overview } from '../../src/guestctl/overview.ts';
import type { Deployment } from '../../src/ostree/deployments.ts';
import { commit, named as nameOf } from './names.ts';
import { guestOf } from './read.ts';

const deployment = (digit: string, version: string): Deployment => ({
  name: nameOf(`${digit.repeat(64)}.0`),
  entry: { file: '', version: 0 },
  checksum: commit(digit.repeat(64)),
  serial: 0,
  title: `Debian GNU/Linux 13 (trixie) ${version}`,
  path: `/var/lib/ostree-guests/mail/sysroot/ostree/deploy/mail/deploy/${digit.repeat(64)}.0`,
});
const first = deployment('a', '13.1');
const second = deployment('b', '13.2');

const at = (time: string): Date => new Date(`2026-11-24T${time}Z`);
const staged = {
  checksum: commit('c'.repeat(64)),
  refspec: 'site:debian/12/server',
  time: at('04:56:00').getTime(),
};
const calm = {
  isHidden: false,
  damage: undefined,
  rebased: undefined,
  hold: undefined,
  lock: undefined,
  undeployed: undefined,
  rollback: undefined,
  trial: undefined,
  rejected: [],
  rejection: undefined,
  fault: undefined,
  unjudged: undefined,
  unapplied: { reload: false, update: false, reboot: false },
} as const;
const idle = {
  state: 'idle',
  fault: undefined,
  status: '',
  next: at('23:10:05'),
  window: undefined,
  enabled: true,
  windowEnabled: undefined,
} as const;
const guest = guestOf(
  '[Guest]\nDescription=Mail server\nRef=site:debian/12/server\n[Remote]\nURL=file:///srv/mirror/repo\n',
);

// Times are shown in local time.
process.env['TZ'] = 'UTC';

/** Updated, and running what it was updated to. */
export const running: Overview = {
  guest,
  deployments: [second, first],
  running: second,
  staged: undefined,
  ...calm,
  state: 'running',
  since: at('04:49:42'),
  update: idle,
};
export const withStaged: Overview = { ...running, staged };
/** It is applied only later, and only in a maintenance window. */
/** Waits for a lock of a FleetLock server, and holds the one of its last update. */
export const withoutLock: Overview = {
  ...withStaged,
  hold: {
    from: undefined,
    isOnlyInWindow: false,
    lock: {
      checksum: commit('c'.repeat(64)),
      kind: 'full',
      reason: 'no lock is free (HTTP 423, lock_held)',
      since: at('05:00:00').getTime(),
    },
  },
  lock: {
    url: 'https://lock',
    group: 'web',
    id: 'f'.repeat(32),
    isHeld: false,
    since: at('05:00:00').getTime(),
    fault: 'no answer within 10 s',
  },
};

export const held: Overview = { ...withStaged, hold: { from: at('23:00:00'), isOnlyInWindow: true } };
/** The last start could not deploy what is staged. */
export const undeployed: Overview = {
  ...withStaged,
  undeployed: {
    checksum: staged.checksum,
    time: at('05:01:00').getTime(),
    etc: [],
    reason:
      "Cannot deploy cccccccccccc: Modified config file newly defaults to directory 'app.conf', cannot merge",
    remedy: 'Rename or remove that file in /etc',
  },
};
export const rebased: Overview = { ...running, rebased: 'own:own/other' };
/** Deployed, but not booted yet. */
export const runsOlder: Overview = { ...running, running: first };
const stopped: Overview = { ...running, running: undefined, state: 'stopped' };
export const stoppedWithStaged: Overview = { ...stopped, staged };
export const failed: Overview = {
  ...stopped,
  state: 'failed',
  fault: { kind: 'lack', text: 'Failed to create control group inotify object: Too many open files' },
  update: { ...idle, state: 'failed', fault: 'Cannot pull. Try again', status: '' },
};
export const updating: Overview = {
  ...running,
  state: 'starting',
  running: undefined,
  update: { ...idle, state: 'running', status: 'Receiving objects: 31%' },
};
export const queued: Overview = {
  ...updating,
  update: { ...updating.update, status: 'Waiting for the update of another guest (Concurrency=2)' },
};
/** The default is not yet found healthy, and the commit before it never was. */
const rejection = {
  checksum: commit('d'.repeat(64)),
  time: 0,
  reason: 'bad.service failed, and had not failed before',
};
export const onTrial: Overview = {
  ...running,
  trial: {
    deployment: second.name,
    fallback: first.name,
    since: at('04:49:40').getTime(),
    tries: 2,
    left: 1,
  },
  rejected: [rejection],
  rejection,
};
/** A window begins before the next update. */
/** On trial, and the host lacks something, so that it was not judged. */
export const unjudged: Overview = {
  ...running,
  trial: onTrial.trial,
  unjudged: {
    reason:
      'The host lacks something, so 13.2 cannot be judged: the file system of /srv is full. See: guestctl doctor. Then start it again: guestctl restart mail',
  },
};
export const waiting: Overview = {
  ...withStaged,
  update: { ...idle, window: at('08:00:00') },
};
/** Its file was changed in every way. */
export const edited: Overview = { ...running, unapplied: { reload: true, update: true, reboot: true } };
/** Adds packages to its tree. */
export const withPackages: Overview = {
  ...running,
  guest: guestOf('[Guest]\nRef=site:x\n[Packages]\nInstall=postfix vim\nRemove=nano\n'),
};
export const rollingBack: Overview = {
  ...running,
  rollback: { deployment: first.name, var: false, time: 0 },
};
/** Of one that runs. */
export const details: Details = {
  space: new Map([
    [second.name, 1_340_000_000],
    [first.name, 512],
  ]),
  machine: {
    memory: 34_560_000,
    cpu: 2.1,
    tasks: 21,
    addresses: ['10.0.0.2', 'fe80::1'],
    links: ['ve-mail'],
  },
};
/** Only declared, of the host's remote. */
export const notCreated: Overview = {
  guest: guestOf('[Guest]\nRef=site:x\n'),
  deployments: [],
  running: undefined,
  staged: undefined,
  ...calm,
  state: 'not created',
  since: undefined,
  update: { ...idle, next: undefined, enabled: false },
};

/** For who is not root. */
export const hidden: Overview = {
  ...notCreated,
  isHidden: true,
  state: 'running',
  since: at('04:49:42'),
};

/** Its file has mistakes; it runs on. */
export const broken: BrokenGuest = {
  broken: {
    name: 'wiki',
    file: '/etc/ostree-guests/wiki.guest',
    problems: [{ at: { file: '/etc/ostree-guests/wiki.guest', line: 2, column: 1 }, message: 'Wrong' }],
  },
  state: 'running',
};

/** A screen that is indented in the source, so that it is seen there as a whole. */
export const screen = (text: string): string => text.trim().replaceAll(/^ {6}/gm, '');

export const named = (overview: Overview, name: string): Overview => ({
  ...overview,
  guest: { ...overview.guest, name },
});
