import { guestVocabulary } from '../../config/vocabulary.ts';
import { guestDescriptions } from './keys/guest.ts';
import { machineDescriptions } from './keys/machine.ts';
import { unitDescriptions } from './keys/unit.ts';
import { sectionText } from './keys.ts';
import { italic, type Page } from './page.ts';
import { bold, entry, example, heading, paragraph } from './roff.ts';

const description = [
  heading('DESCRIPTION'),
  paragraph(
    'A guest is a whole machine of its own on this host: OSTree deploys its root, systemd-nspawn boots it. One file declares it. After an edit, run systemctl daemon-reload; guestctl verify says what is wrong with it, and guestctl units what is made of it.',
  ),
  paragraph(
    'Guest files are looked for in /etc/ostree-guests, /run/ostree-guests and /usr/lib/ostree-guests; the first of these that has the name wins. An empty file, or a link to /dev/null, masks the guest. NAME is 1 to 63 of a-z, 0-9 and -, and does not begin with -.',
  ),
  paragraph(
    'Drop-ins NAME.guest.d/*.conf in these directories, and for all guests guest.d/*.conf, are read after the file, in the order of their own names. Of two with one name, the one of the guest wins.',
  ),
  paragraph(
    'The syntax is that of systemd.syntax(7). An empty assignment forgets what came before. [Exec], [Files] and [Network] are those of systemd.nspawn(5); /etc/systemd/nspawn/NAME.nspawn is read before the guest file and adds to it. What would break a promise made of guests is refused, with the reason. [Unit] and [Service] go into the unit that runs the guest, systemd-nspawn@NAME.service, and [Timer] into the timer that updates it.',
  ),
  paragraph(
    "The guest can write to /etc and /var, and to /run and /tmp in memory. All else is its tree, and read-only. Trees have links into /var at /home, /mnt, /opt, /root, /srv and /usr/local. Where a tree has a directory instead, the guest gets a copy of it in /var at its first start. The copy is the guest's own: it outlives updates and rollbacks, and does not change with the tree.",
  ),
  paragraph(
    'A guest whose files have no [Network], or only Port= in it, has a network of its own with a link to the host. Any other key of that section replaces this, as in systemd.nspawn(5): what is not written there the guest has not.',
  ),
  paragraph(
    'Sections and keys whose names begin with X- are ignored. A key that is newer than the systemd of this host is told by guestctl verify; systemd ignores it, but systemd-nspawn does not start.',
  ),
];

/** Where a guest file is read otherwise than by systemd, or guestctl verify sees less than the start. */
const differences = [
  heading('DIFFERENCES'),
  paragraph('What systemd and systemd-nspawn mean by a word, it means here, but for these:'),
  entry('%n', 'is the name of the guest in all sections. In a unit it would be the name of the unit.'),
  entry(
    'What is wrong',
    'is refused, and the guest does not start. systemd and systemd-nspawn log a warning, ignore the line, and go on. This holds for NAME.nspawn, too.',
  ),
  entry(
    'An empty assignment',
    'forgets what came before for every key. In NAME.nspawn it does so only where systemd-nspawn has it so.',
  ),
  entry(
    'Quotes',
    'are not taken off where a word cannot need them: names of users, interfaces, capabilities and CPUs.',
  ),
  entry(
    'guestctl verify',
    'asks systemd, systemd-nspawn and the kernel of this host. It cannot see what changes until the start, nor what depends on the tree: whether a user of BindUser= can be mapped, whether the architecture of Personality= is there, whether a system call of SystemCallFilter= has that name, and whether a UID range is free.',
  ),
];

const specifiers = [
  heading('SPECIFIERS'),
  entry('%n', 'The name of the guest.'),
  entry('%H', 'The hostname of the host.'),
  entry('%%', 'A single %.'),
  paragraph('In [Unit], [Service] and [Timer] all specifiers of systemd.unit(5) hold, but for %n.'),
];

/** In the README, too. */
export const mailGuest = `[Guest]
Description=Mail server
Ref=site:debian/12/server

[Remote]
URL=file:///srv/mirror/repo

[Update]
OnCalendar=daily
RandomizedDelaySec=1h`;

const descriptions = { ...guestDescriptions, ...machineDescriptions, ...unitDescriptions };

/** The manual page ostree-guests.guest(5): which keys there are comes from the schema, what they are for from keys/. */
export const guestFilePage: Page = {
  name: 'ostree-guests.guest',
  section: 5,
  summary: 'what an OSTree guest is',
  body: [
    `${heading('SYNOPSIS')}\n${bold('/etc/ostree-guests/')}${italic('NAME')}${bold('.guest')}`,
    ...description,
    ...guestVocabulary.sections.flatMap((section) => sectionText(section, guestVocabulary, descriptions)),
    ...specifiers,
    ...differences,
    heading('EXAMPLE'),
    example(mailGuest),
  ],
  seeAlso:
    'guestctl(1), ostree-guests(7), ostree-guests.build(5), systemd.syntax(7), systemd.nspawn(5), systemd-nspawn(1), ostree(1), machinectl(1)',
};
