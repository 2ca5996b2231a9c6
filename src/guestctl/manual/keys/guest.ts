import type { Descriptions } from './description.ts';

/** The sections that are our own. */
export const guestDescriptions: Descriptions = {
  Guest: {
    Description: {
      help: 'What the guest is, for people. Shown wherever systemd shows its unit.',
      default: 'OSTree guest NAME',
    },
    Ref: "Where the guest's tree comes from: a ref of a remote. Every guest has this key, Image= or Build=.",
    Image:
      'The tree is that of a container image, instead of Ref=. When the tag moves to another image, that is the update. Which signatures it must have is said in containers-policy.json(5); passwords of registries are read from /etc/ostree/auth.json.',
    Build:
      'The tree is made on this host, instead of Ref=: as NAME.build says, ostree-guests.build(5). Many guests may name the same build. Each update of one of them builds; those that wait at the same time share one run.',
    Sysroot: {
      help: 'Where the guest is kept. One outside of /var/lib/ostree-guests shares no disk space with other guests. The directory is made with mode 0700, and must stay so: files of root in the guest belong to root here. No directory above it may be writable for others.',
      default: '/var/lib/ostree-guests/NAME/sysroot',
    },
  },
  Remote: {
    URL: "The remote's repository: file:///, https:// or http://. Over http://, where anybody on the way can put in another tree, a key must be named, or GPGVerify=no. Without a [Remote] section the host's remote of that name is used, with its keys.",
    ContentURL:
      'Another server, such as a mirror or a cache, for what need not be trusted: all but the commits, in which the checksums of everything else are.',
    GPGVerify: {
      help: 'Whether commits must carry a signature by one of the keys.',
      default: 'yes where there is a GPGKeyPath=',
    },
    GPGKeyPath: 'A file with the public keys to trust, or a directory of such files.',
    SignVerify: {
      help: "Whether commits must carry one of OSTree's own signatures (ed25519) by one of the keys.",
      default: 'yes where there is an Ed25519KeyPath=',
    },
    Ed25519KeyPath:
      'A file with the public ed25519 keys to trust, each in a line of base64. Not all builds of OSTree know them.',
  },
  Update: {
    Action: {
      help: "How far an update goes with a new commit: only say that there is one, bring it, stage it for the guest's next start, or also restart a running guest into it. A guest that was never created is created in any case.",
      default: 'stage',
    },
    By: {
      help: "Who updates the guest: this program, from outside; or the guest's own rpm-ostree, inside of it. Such a guest is a booted OSTree system with its own sysroot: what is done in it by hand (rpm-ostree install, rollback, rebase, ostree admin) works, and is assessed at its next start. It has no user namespace, so that root in it is root of the host, confined only by what systemd-nspawn takes away: do not run in it what you would not run on the host. It layers packages where the host has /dev/fuse.",
      default: 'host',
    },
    OnCalendar: {
      help: 'When the timer, once it is enabled, updates the guest: a calendar expression of systemd.time(7).',
      default: 'daily',
      repeatable: true,
    },
    RandomizedDelaySec: {
      help: 'By up to how much later than that, so that not all guests update at once.',
      default: '1h',
    },
    SwitchOnCalendar: {
      help: 'The maintenance window: when ostree-guest-switch@NAME.timer, once it is enabled, restarts a running guest into what is staged. A calendar expression of systemd.time(7).',
      repeatable: true,
    },
    Concurrency: {
      help: 'How many guests of this host may fetch or rehearse at the same time; the others wait. A fetch that is slow makes room for the next guest. Meant for all guests: set it in a file in guest.d.',
      default: '2',
    },
    AllowDowngrade: { help: 'Whether a commit may be older than the one that is deployed.', default: 'no' },
    Tries: {
      help: 'How many starts a fresh deployment has to be found healthy. After that the guest starts with the deployment before it.',
      default: '2',
    },
    HealthCheck: {
      help: 'A command that is run in the guest once it is up, without a shell; a fresh deployment is healthy only if all of them succeed. Needs D-Bus in the guest.',
      repeatable: true,
    },
    HealthTimeoutSec: {
      help: 'Within which time a fresh deployment must have come up and its health checks have succeeded.',
      default: '5min',
    },
    Rehearse: {
      help: 'Whether a switch first boots the update as a throwaway machine, on a copy-on-write view of /etc and /var and without a network, and goes on only if that is healthy. Needs util-linux 2.39 on the host.',
      default: 'no',
    },
    Keep: {
      help: 'How many deployments are kept. Those that are pinned or still needed are kept beside them.',
      default: '2',
    },
    SnapshotVar: {
      help: 'Whether /var is copied before each deployment, for guestctl rollback --var. Needs a file system with reflinks: btrfs or XFS.',
      default: 'no',
    },
  },
  Packages: {
    Install: {
      help: "Packages to add to the tree, by the tree's own package manager (apt, dnf or rpm-ostree), each time the tree or one of them is updated. Takes names of packages, or files that start with ./ (beside the guest file) or /; with By=rpm-ostree names only. With By=rpm-ostree, Install= (and Remove= likewise) names all packages that the guest is to have layered: others are taken out again.",
      repeatable: true,
    },
    Remove: {
      help: 'Packages to remove from the tree; one that the tree does not have is no error for dnf and rpm-ostree.',
      repeatable: true,
    },
    Repository: {
      help: 'More repositories to install from: files in the format of the package manager (.sources, .list or .repo). They are used for installing, and do not become a part of the tree. Of this host the package manager may read only the directories that these files name as file:, and in them only what anybody may read; directories that the tree itself names are not given to it.',
      repeatable: true,
    },
    RepositoryKey: { help: 'The public keys of these repositories.', repeatable: true },
  },
};
