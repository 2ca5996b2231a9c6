import type { Descriptions } from '../description.ts';
import { type KeyRow, nothingElse } from '../key-table.ts';
import { defaultSysrootOf, registryLogins, stateDirectory } from '../paths.ts';
import {
  boolean,
  buildName,
  command,
  contentUrl,
  duration,
  image,
  lockGroup,
  oneOf,
  path,
  proxy,
  refspec,
  text,
  timeSpan,
  url,
  webUrl,
  wholeFrom,
} from '../types.ts';

export const guestKeys = (): KeyRow[] => [
  [text, ['Description'], nothingElse],
  [refspec, ['Ref'], nothingElse],
  [image, ['Image'], ['steps']],
  [buildName, ['Build'], ['steps']],
  [path, ['Sysroot'], ['steps']],
];

export const remoteKeys = (): KeyRow[] => [
  [url, ['URL'], nothingElse],
  [contentUrl, ['ContentURL'], nothingElse],
  [proxy, ['ProxyURL'], nothingElse],
  [boolean, ['GPGVerify', 'SignVerify'], nothingElse],
  // The update has to see these files.
  [path, ['GPGKeyPath', 'Ed25519KeyPath', 'TLSCAPath', 'TLSClientCertPath', 'TLSClientKeyPath'], ['steps']],
];

export const updateKeys = (): KeyRow[] => [
  [oneOf('check', 'fetch', 'stage', 'switch'), ['Action'], nothingElse],
  // Changes everything of the guest, so it names no effects.
  [oneOf('host', 'rpm-ostree'), ['By']],
  [text, ['OnCalendar'], ['update timer']],
  [text, ['SwitchOnCalendar'], ['steps']],
  [timeSpan, ['RandomizedDelaySec'], ['update timer']],
  [wholeFrom(1), ['Concurrency', 'Tries'], nothingElse],
  [wholeFrom(2), ['Keep'], nothingElse],
  [boolean, ['AllowDowngrade', 'Rehearse', 'SnapshotVar'], nothingElse],
  [command, ['HealthCheck', 'Notify'], nothingElse],
  [duration, ['NotBefore', 'SwitchWindowSec', 'HealthTimeoutSec'], nothingElse],
  [webUrl, ['FleetLock'], nothingElse],
  [lockGroup, ['FleetLockGroup'], nothingElse],
];

// What the manual says of them.

export const guestHelp = (): Descriptions => ({
  Description: {
    help: 'A description of the guest for people. systemd shows it wherever it shows the unit of the guest.',
    default: 'OSTree guest NAME',
  },
  Ref: "The ref of an OSTree remote that the guest's tree comes from. A guest has exactly one of Ref=, Image= and Build=.",
  Image: `The container image that the tree comes from. An update follows the tag: it takes the image that the tag names at that time for this machine, and downloads only layers that no guest of the host has unpacked. containers-policy.json(5) says which signatures an image must have. Registry logins are read from ${registryLogins.join(' or ')}. Without these files, skopeo uses the logins of root: containers-auth.json(5).`,
  Build:
    'The build that makes the tree on this host, declared in NAME.build: ostree-guests.build(5). Many guests may use one build. Each update of one of them starts a build run; updates that wait at the same time share it.',
  Sysroot: {
    help: `The directory of the system root of the guest. A guest outside of ${stateDirectory} shares no disk space with other guests. Each guest needs a directory of its own, neither inside of one of another guest nor above it. The directory is created with mode 0700 and must keep it, because files of root in the guest belong to root on the host. No directory above it may be writable by others.`,
    default: defaultSysrootOf('NAME'),
  },
});

export const remoteHelp = (): Descriptions => ({
  URL: "The URL of the remote's repository: file:///, https:// or http://. With http:// anybody on the network path can replace the tree, so a key is required, or GPGVerify=no. Without a [Remote] section the host's remote of this name is used, with its keys.",
  ContentURL:
    'Another server, such as a mirror or a cache, for everything except commits. It need not be trusted: the commits contain the checksums of everything else.',
  GPGVerify: {
    help: 'Requires that each commit is signed with one of the GPG keys.',
    default: 'yes if GPGKeyPath= is set',
  },
  GPGKeyPath: 'A file with trusted public GPG keys, or a directory of such files.',
  SignVerify: {
    help: "Requires that each commit has one of OSTree's own signatures (ed25519), made with one of the ed25519 keys.",
    default: 'yes if Ed25519KeyPath= is set',
  },
  Ed25519KeyPath:
    'A file with trusted public ed25519 keys, each on a line of its own in base64. Not all builds of OSTree support them.',
  TLSCAPath: {
    help: 'A file with the certificates (PEM) of authorities that may sign the certificate of the server.',
    default: 'those that the host trusts',
  },
  TLSClientCertPath:
    'A file with a certificate (PEM) that identifies this host to the server. Needs TLSClientKeyPath=.',
  TLSClientKeyPath:
    'A file with the private key (PEM) of TLSClientCertPath=. Keep it outside of /etc and /usr, which the steps of all guests can read, and readable by root only.',
  ProxyURL: proxyHelp('ostree-guest-update@.service'),
});

/** `unit`: the service that fetches from the remote. */
export const proxyHelp = (unit: string): string =>
  `The proxy to the remote: http://, https:// or socks5://. Default: those in the environment of ${unit} (http_proxy, https_proxy, all_proxy, no_proxy).`;

export const updateHelp = (): Descriptions => ({
  Action: {
    help: 'How far an update goes with a new commit. check reports it. fetch downloads it. stage has the next start of the guest deploy and boot it. switch also restarts a running guest into it. A guest that does not exist yet is created in any case.',
    default: 'stage',
  },
  By: {
    help: "Who updates the guest: the host from outside, or the guest's own rpm-ostree inside. With rpm-ostree the guest is a booted OSTree system with its own sysroot. You can work in it by hand (rpm-ostree install, rollback, rebase, ostree admin); the result is assessed at its next start. Such a guest has no user namespace: its root is root of the host, confined only by what systemd-nspawn takes away. Run nothing in it that you would not run on the host. It can layer packages only if the host has /dev/fuse.",
    default: 'host',
  },
  OnCalendar: {
    help: 'When the update timer, if enabled, updates the guest. A calendar expression as in systemd.time(7).',
    default: 'daily',
    repeatable: true,
  },
  RandomizedDelaySec: {
    help: 'The maximum random delay of the update timer. It keeps guests from updating all at once.',
    default: '1h',
  },
  SwitchOnCalendar: {
    help: 'The maintenance window: when ostree-guest-switch@NAME.timer, if enabled, restarts a running guest into the staged update. A calendar expression as in systemd.time(7).',
    repeatable: true,
  },
  SwitchWindowSec: {
    help: 'The length of each maintenance window. With it, an update is applied only in a window, whoever restarts the guest: a start at any other time boots the deployment that ran. guestctl switch applies an update at any time. Needs SwitchOnCalendar=. Default: an update is applied at any start.',
  },
  NotBefore: {
    help: 'How long an update must have been staged on this host before it is applied. A start before that boots the deployment that ran. A newer commit replaces the waiting one, and its time starts anew. guestctl switch applies an update at any time.',
    default: '0',
  },
  FleetLock: {
    help: 'The URL of a FleetLock server, such as airlock or poseidon/fleetlock. The guest takes a lock there before it goes down for an update, and gives it back when the update is found healthy, or when the guest is healthy again after a rollback. A guest that is down keeps its lock. While all locks are taken, or the server does not answer, a start boots the deployment that ran, and a switch is tried again every 5 minutes. guestctl switch --force does without the lock. Each guest is a client of its own. Set it for all guests, in a file in guest.d. Default: no lock.',
  },
  FleetLockGroup: {
    help: 'The group of the guest at that server. The server says how many guests of a group may be down at the same time. Needs FleetLock=.',
    default: 'default',
  },
  Concurrency: {
    help: 'How many guests of this host may fetch or rehearse at the same time; the others wait. A slow fetch gives its place to the next guest and continues. Set it for all guests, in a file in guest.d.',
    default: '2',
  },
  AllowDowngrade: { help: 'Accepts a commit that is older than the deployed one.', default: 'no' },
  Tries: {
    help: 'How many starts a new deployment has to become healthy. After that the guest goes back to the previous deployment.',
    default: '2',
  },
  HealthCheck: {
    help: 'A command that runs in the guest once it is up, without a shell. A new deployment is healthy only if all health checks succeed. Needs D-Bus in the guest.',
    repeatable: true,
  },
  HealthTimeoutSec: {
    help: 'The time within which a new deployment must boot and pass its health checks.',
    default: '5min',
  },
  Notify: {
    help: 'A command that runs on the host after each attempt to change the guest, however it ended, without a shell. The attempt does not wait for it. Its environment has the fields of the history: OSTREE_GUEST, OSTREE_GUEST_ACTION, OSTREE_GUEST_OUTCOME, OSTREE_GUEST_MESSAGE and more. An update that finds nothing new is no attempt.',
    repeatable: true,
  },
  Rehearse: {
    help: 'First boots the update as a throwaway machine, without a network and on a copy-on-write view of /etc and /var. The update goes on only if that machine is healthy: before that, no start deploys it. Needs util-linux 2.39 on the host.',
    default: 'no',
  },
  Keep: {
    help: 'How many deployments to keep. Pinned deployments and those that are still needed are kept in addition.',
    default: '2',
  },
  SnapshotVar: {
    help: 'Takes a snapshot of /var before each new deployment, for guestctl rollback --var. Needs a file system with reflinks: btrfs or XFS.',
    default: 'no',
  },
});
