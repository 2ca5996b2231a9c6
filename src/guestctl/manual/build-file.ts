import { buildFileOf, configDirectory, guestFileOf, vendorDirectory } from '../../config/paths.ts';
import { vocabularyOf } from '../../config/vocabulary.ts';
import { buildDescriptions, guestDescriptions } from './descriptions.ts';
import { sectionText } from './keys.ts';
import { italic, type Page } from './page.ts';
import { bold, example, heading, paragraph } from './roff.ts';

const vocabulary = vocabularyOf('build');
const names = (section: string): string =>
  Object.keys(guestDescriptions[section] ?? {})
    .filter((name) => vocabulary.find(section, name))
    .map((name) => `${name}=`)
    .join(', ');

const description = [
  heading('DESCRIPTION'),
  paragraph(
    'A build makes a tree on this host for the guests that name it with Build=NAME: ostree-guests.guest(5). Each update of such a guest starts ostree-guest-build@NAME.service; updates that wait at the same time share one run. If the result differs from the last one, it is committed, and the guests are updated to that commit. If a build fails, the update fails and the guest does not change.',
  ),
  paragraph(
    'Build files have the syntax, the search path and the masking of guest files. Drop-ins are NAME.build.d/*.conf for one build and build.d/*.conf for all builds. guestctl verify lists the mistakes in a build file.',
  ),
];

const theCommand = [
  heading('THE COMMAND'),
  paragraph(
    'The command runs in /build, an empty directory, and leaves the tree there: as a directory named root, or as an archive named root.tar (or root.tar.gz, root.tar.zst and so on, whatever tar can read).',
  ),
  paragraph(
    'It runs as root of a throwaway container; on the host this user has no rights. It can use the network of the host and read /usr, /etc and the paths of BindReadOnly=, but not files that only root of the host may read, such as passwords. /run, /root and /var are empty. The content of /var/cache is kept for the next run; everything else is thrown away. TMPDIR is a directory on disk. SOURCE_DATE_EPOCH has the same value in each run, so that two runs can have the same result.',
  ),
  paragraph(
    'The hostname and resolv.conf of the tree are removed. So are the machine ID and whatever else packages make once for each machine: SSH host keys, the snakeoil certificate of ssl-cert, the iSCSI initiator name, the key of rndc, random seeds. Each guest makes its own at its first start (ostree-guest-identity.service in the tree) and keeps them. The machine ID and these files are also removed from images, and from trees that [Packages] adds to. Then the tree is laid out for OSTree: /etc becomes /usr/etc. tmpfiles.d(5) creates the content of /var in guests that do not have it; the package database is kept in /usr/lib/sysimage instead. /home, /srv and others become links into /var. Users are declared in sysusers.d(5). A tree without a kernel gets a placeholder file as its kernel, because OSTree requires one.',
  ),
];

const aLayer = [
  heading('A LAYER OVER A BASE'),
  paragraph(
    "With Base=REMOTE:REF and [Packages], a build adds packages to the tree of an OSTree remote, as [Packages] in a guest file does: by the base's own package manager, in a container that has only the network of the host. The remote is declared in [Remote], or it is one of the host. The base is verified as that of a guest. A base that is older than the last one is refused. Each run makes a new tree only if the base, the declaration, or the version of a package has changed; users keep their numbers. The version of the tree is that of the base, with the time of the build: 13.2+20261127.1330.",
  ),
  paragraph(
    'Made once on one host, and published with [Publish], such a tree has the same packages in the same versions on all hosts, which need neither the repositories nor the time for it.',
  ),
  example(
    `[Build]\nBase=debian:debian/13/server\n\n[Remote]\nURL=https://ostree.example.org\nGPGKeyPath=${configDirectory}/debian.asc\n\n[Packages]\nInstall=postfix`,
  ),
];

const publishing = [
  heading('PUBLISHING'),
  paragraph(
    'With [Publish], each successful run of the build starts ostree-guest-publish@NAME.service. It signs the new commit and brings it into the repository of Repository=, which any web server can serve. Clients see the old commit or the complete new one, even if a run is killed; the next run completes it. ostree-guest-build@NAME.timer, if enabled, runs the build daily, also without guests. guestctl builds lists what was made and published.',
  ),
  paragraph(
    'The guest files of clients name the public key with GPGKeyPath=, or that of Ed25519Key= with Ed25519KeyPath=:',
  ),
  example(
    `[Guest]\nRef=site:site/debian\n\n[Remote]\nURL=https://ostree.example.org\nGPGKeyPath=${configDirectory}/site.asc`,
  ),
];

const templates = [
  heading('TEMPLATES'),
  paragraph(
    `A template is a build file in a directory templates of the search path: the package ships ${vendorDirectory}/templates/debian.build and fedora.build, and ${configDirectory}/templates overrides them. Guests of both have an address, DNS, ssh and a journal at their first start. guestctl create NAME --build TEMPLATE copies the template to ${buildFileOf('TEMPLATE')}, unless a build of this name is declared. The copy belongs to you: an upgrade of ostree-guests does not change the trees of your guests. guestctl create --list-templates lists the templates, and what is missing on this host to build them.`,
  ),
  paragraph(
    'debian.build needs mmdebstrap, fedora.build dnf and distribution-gpg-keys. fedora.build has not made a whole Fedora yet: no mirror of Fedora could be reached where it was written. Its dnf command was run with dnf 4 and dnf 5 over a small repository instead.',
  ),
];

/** Also in the README. */
const debian = `[Build]
Description=Debian for servers
Command=mmdebstrap --variant=minbase \\
    --include=systemd,systemd-sysv,dbus,libpam-systemd,login,iproute2,openssh-server \\
    trixie root http://deb.debian.org/debian`;

/** The manual page ostree-guests.build(5). Its keys and their descriptions are in src/config/keys/. */
export const buildFilePage: Page = {
  name: 'ostree-guests.build',
  section: 5,
  summary: 'configuration of a tree that is built for OSTree guests',
  body: [
    `${heading('SYNOPSIS')}\n${bold(`${configDirectory}/`)}${italic('NAME')}${bold('.build')}`,
    ...description,
    ...['Build', 'Publish', 'Remote', 'Packages', 'Exec', 'Files'].flatMap((section) =>
      sectionText(section, vocabulary, buildDescriptions),
    ),
    heading('[UNIT] AND [SERVICE] SECTIONS'),
    paragraph(
      `As in ostree-guests.guest(5), for ostree-guest-build@NAME.service. In [Unit]: ${names('Unit')}.`,
    ),
    paragraph(`In [Service]: ${names('Service')}.`),
    ...theCommand,
    ...aLayer,
    ...publishing,
    ...templates,
    heading('EXAMPLE'),
    paragraph(`${buildFileOf('debian')}:`),
    example(debian),
    paragraph(`${guestFileOf('mail')}, a guest that uses it:`),
    example('[Guest]\nBuild=debian'),
  ],
  seeAlso: 'ostree-guests.guest(5), ostree-guests(7), mmdebstrap(1), rpm-ostree(1), systemd-nspawn(1)',
};
