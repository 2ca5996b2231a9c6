import { vocabularyOf } from '../../config/vocabulary.ts';
import { buildDescriptions } from './keys/build.ts';
import { unitDescriptions } from './keys/unit.ts';
import { sectionText } from './keys.ts';
import { italic, type Page } from './page.ts';
import { bold, example, heading, paragraph } from './roff.ts';

const vocabulary = vocabularyOf('build');
const names = (section: string): string =>
  Object.keys(unitDescriptions[section] ?? {})
    .filter((name) => vocabulary.find(section, name))
    .map((name) => `${name}=`)
    .join(', ');

const description = [
  heading('DESCRIPTION'),
  paragraph(
    'A build makes a tree on this host, for the guests that say Build=NAME: ostree-guests.guest(5). Each update of such a guest starts ostree-guest-build@NAME.service; updates that wait at the same time share one run. What comes out is committed, if it is not the same as before, and that commit is what the guests are updated to. A build that fails fails the update; the guest is as it was.',
  ),
  paragraph(
    'Build files are looked for, have drop-ins (NAME.build.d/*.conf, and build.d/*.conf for all) and are masked as guest files are; the syntax is theirs, too. guestctl verify says what is wrong with one.',
  ),
];

const theCommand = [
  heading('THE COMMAND'),
  paragraph(
    'It runs in an empty directory, /build, and leaves the tree there: a root directory named root, or an archive of one named root.tar (or root.tar.gz, root.tar.zst and so on, whatever tar reads).',
  ),
  paragraph(
    'It runs as root of a throwaway container, which is nobody on the host. Of the host it has the network, and /usr, /etc and what BindReadOnly= names, all read-only; what only root of the host may read, such as passwords, it cannot read. /run, /var and /home are empty. What it writes into /var/cache is there again in the next run; all else is not. TMPDIR is a directory on disk. SOURCE_DATE_EPOCH is set, always to the same, so that what need not differ between two runs does not.',
  ),
  paragraph(
    'What the tree was given to run once is left out: hostname, resolv.conf, machine ID. Then it is laid out for OSTree: /etc becomes /usr/etc; what is in /var is made by tmpfiles.d(5) where a guest does not have it, but for the database of packages, which is kept in /usr/lib/sysimage; /home, /srv and others become links into /var; users are declared in sysusers.d(5). A tree without a kernel gets a file in its place, because OSTree asks for one.',
  ),
];

/** In the README, too. */
const debian = `[Build]
Description=Debian for servers
Command=mmdebstrap --variant=minbase \\
    --include=systemd,systemd-sysv,dbus,libpam-systemd,login,iproute2,openssh-server \\
    trixie root http://deb.debian.org/debian`;

/** The manual page ostree-guests.build(5): what is said of each key is in keys/. */
export const buildFilePage: Page = {
  name: 'ostree-guests.build',
  section: 5,
  summary: 'how a tree of OSTree guests is made on this host',
  body: [
    `${heading('SYNOPSIS')}\n${bold('/etc/ostree-guests/')}${italic('NAME')}${bold('.build')}`,
    ...description,
    ...['Build', 'Exec', 'Files'].flatMap((section) => sectionText(section, vocabulary, buildDescriptions)),
    heading('[UNIT] AND [SERVICE] SECTIONS'),
    paragraph(
      `As in ostree-guests.guest(5), for ostree-guest-build@NAME.service. In [Unit]: ${names('Unit')}.`,
    ),
    paragraph(`In [Service]: ${names('Service')}.`),
    ...theCommand,
    heading('EXAMPLE'),
    paragraph('/etc/ostree-guests/debian.build:'),
    example(debian),
    paragraph('/etc/ostree-guests/mail.guest, which is made of it:'),
    example('[Guest]\nBuild=debian'),
  ],
  seeAlso: 'ostree-guests.guest(5), ostree-guests(7), mmdebstrap(1), rpm-ostree(1), systemd-nspawn(1)',
};
