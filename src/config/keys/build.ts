import { type Descriptions, from } from '../description.ts';
import type { KeyRow, Tables } from '../key-table.ts';
import { localFile } from '../local-file.ts';
import { boolean, command, duration, path, ref, refspec, text, wholeFrom } from '../types.ts';
import { filesKeys } from './files.ts';
import { proxyHelp, remoteHelp, remoteKeys } from './guest.ts';
import { packagesHelp, packagesKeys } from './packages.ts';
import { nspawnKeys } from './rows.ts';
import { serviceKeys, unitKeys } from './unit.ts';

const ofLife = ['Restart', 'RestartSec', 'WatchdogSec'];
const ofGuests = /Credential/;

/** The rows without the keys of other names. */
const only = (rows: readonly KeyRow[], isOne: (name: string) => boolean): KeyRow[] =>
  rows.flatMap(([type, names, ...more]) => {
    const left = names.filter(isOne);
    return left.length > 0 ? [[type, left, ...more] as const] : [];
  });

/** Keys of [Service] for services that are not guests. */
export const keysOfService = (): KeyRow[] =>
  only(serviceKeys(), (name) => !ofLife.includes(name) && !ofGuests.test(name));

/** Every key that a build file may have. */
export const buildTables = (): Tables => ({
  Build: () => [
    [text, ['Description']],
    [command, ['Command']],
    [localFile, ['Treefile']],
    [refspec, ['Base']],
    [duration, ['MaxAgeSec']],
  ],
  Publish: () => [
    [path, ['Repository', 'GPGKey', 'Ed25519Key']],
    [ref, ['Ref']],
    [wholeFrom(0), ['Deltas']],
    [wholeFrom(1), ['Keep']],
    [boolean, ['Summary']],
  ],
  Remote: remoteKeys,
  Packages: packagesKeys,
  Exec: () => nspawnKeys(text, ['Environment', '--setenv', 'words']),
  Files: () => only(filesKeys(), (name) => name === 'BindReadOnly'),
  Unit: unitKeys,
  Service: keysOfService,
});

// What the manual says of them.

export const buildHelp = (): Descriptions => ({
  Description: { help: 'A description of the build for people.', default: 'Build NAME' },
  Command: {
    help: 'A command that makes the tree. Several commands run one after the other. No shell is used. A program that starts with ./ is in the directory of the build file. See THE COMMAND.',
    repeatable: true,
  },
  Treefile:
    'Runs rpm-ostree compose tree on this treefile, instead of Command=. A path that starts with ./ is in the directory of the build file.',
  Base: 'Adds [Packages] to the tree of this ref of an OSTree remote, instead of Command=: REMOTE:REF, as in the Ref= of guests. Each run fetches and verifies the base, and makes a new tree if the base or a package has changed. See A LAYER OVER A BASE.',
  MaxAgeSec: {
    help: 'If the last result is not older than this and the build file has not changed since, an update uses it and does not build again. Guests that update one after the other then share one run.',
    default: '0, which builds at each update',
  },
});

export const publishHelp = (): Descriptions => ({
  Repository:
    'The directory of the repository that clients pull from, such as /srv/ostree. Make it with mkdir; the first run makes the repository in it. Several builds can share one.',
  Ref: 'The name of the published commits, as in the Ref=REMOTE:REF of clients. Each build needs its own.',
  GPGKey:
    'The file of the private key that signs commits and the summary: gpg --export-secret-keys. The key must have no passphrase. Only ostree-guest-publish@NAME.service gets it. Put it into /etc/credstore, which no step of a guest or a build sees. A build that publishes has GPGKey=, Ed25519Key= or both.',
  Ed25519Key:
    "The file of the private key that makes OSTree's own signatures (ed25519) of commits and the summary. Not all builds of OSTree can verify them. The file has a key in PEM without a passphrase, as openssl genpkey -algorithm ed25519 makes it, or in base64, as ostree-sign(1) takes it. Put it into /etc/credstore, too.",
  Deltas: {
    help: 'From how many of the last commits to make static deltas to each new one. Clients that have one of these commits download only what changed.',
    default: '2',
  },
  Keep: {
    help: 'How many commits stay in the repository, with their deltas. An older one is removed a day after the next one was published, so that running pulls can complete.',
    default: '3',
  },
  Summary: {
    help: 'Makes and signs the summary of the repository, which lists refs and deltas. With no, another program makes it.',
    default: 'yes',
  },
});

export const buildRemoteHelp = (): Descriptions => ({
  ...remoteHelp(),
  ProxyURL: proxyHelp('ostree-guest-build@.service'),
});

export const buildPackagesHelp = (): Descriptions => ({
  ...packagesHelp(),
  Install: {
    help: "Packages to add to the base. The base's own package manager (apt, dnf or rpm-ostree) installs them. ./FILE is a package file in the directory of the build file.",
    repeatable: true,
  },
});

export const buildExecHelp = (): Descriptions =>
  from('systemd.nspawn(5)', {
    Environment: 'Environment variables of the commands: NAME=VALUE.',
  });

export const buildFilesHelp = (): Descriptions =>
  from('systemd.nspawn(5)', {
    BindReadOnly:
      'A file or directory of the host that the commands may read, in addition to /usr and /etc. In the container its files belong to nobody. With the option idmap (SOURCE:DESTINATION:idmap) they keep their owners, and the commands can also read files that only root may read.',
  });
