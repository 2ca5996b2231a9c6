import { guestNameRule } from '../../config/guest-name.ts';
import {
  configDirectory,
  nspawnDirectory,
  nspawnRuntimeDirectory,
  runtimeDirectory,
  vendorDirectory,
} from '../../config/paths.ts';
import { guestVocabulary } from '../../config/vocabulary.ts';
import { guestDescriptions } from './descriptions.ts';
import { sectionText } from './keys.ts';
import { italic, type Page } from './page.ts';
import { bold, entry, example, heading, paragraph } from './roff.ts';

const description = [
  heading('DESCRIPTION'),
  paragraph(
    'A guest is a whole machine on this host: OSTree deploys its root, systemd-nspawn boots it, and one file declares it. After you edit the file, run systemctl daemon-reload. guestctl verify lists the mistakes in it; guestctl units shows the units made from it.',
  ),
  paragraph(
    `Guest files are read from ${configDirectory}, ${runtimeDirectory} and ${vendorDirectory}. If several of these directories have a file of one name, the first one wins. An empty file or a link to /dev/null masks the guest. NAME consists of ${guestNameRule}, and does not begin with -.`,
  ),
  paragraph(
    'Drop-ins are read after the file, in the order of their file names: NAME.guest.d/*.conf for one guest, guest.d/*.conf for all guests, in the same directories. If both have a file of one name, the one of the guest wins.',
  ),
  paragraph(
    `The syntax is that of systemd.syntax(7). An empty assignment resets a key. [Exec], [Files] and [Network] are the sections of systemd.nspawn(5). NAME.nspawn in ${nspawnDirectory} or ${nspawnRuntimeDirectory} is read before the guest file, which adds to it or overrides it. Settings that would break a promise of ostree-guests are refused with the reason. [Unit] and [Service] go into the unit that runs the guest, systemd-nspawn@NAME.service, and [Timer] into its update timer.`,
  ),
  paragraph(
    'The guest can write to /etc and /var, and to /run and /tmp, which are in memory. Everything else is its tree and read-only. In trees made for OSTree, /home, /mnt, /opt, /root, /srv and /usr/local are links into /var. If a tree has a directory there instead, the guest gets a copy of it in /var at its first start. The copy belongs to the guest: updates and rollbacks keep it, and it does not change with the tree.',
  ),
  paragraph(
    'Without [Network], or with only Port= in it, a guest has a network of its own with a link to the host. Any other key of that section replaces this default completely, as in systemd.nspawn(5).',
  ),
  paragraph(
    'Sections and keys whose names begin with X- are ignored. guestctl verify reports keys that the systemd of this host does not know yet: systemd ignores them, but systemd-nspawn does not start with them.',
  ),
];

/** Lists where guest files are read differently than by systemd, and what guestctl verify cannot find. */
const differences = [
  heading('DIFFERENCES'),
  paragraph('Keys and values mean what they mean to systemd and systemd-nspawn, with these exceptions:'),
  entry('%n', 'is the name of the guest in all sections. In unit files it is the name of the unit.'),
  entry(
    'A mistake',
    'keeps the guest from starting, also one in NAME.nspawn. systemd and systemd-nspawn would only warn.',
  ),
  entry(
    'An empty assignment',
    'resets any key. In NAME.nspawn it resets only the keys that it resets for systemd-nspawn.',
  ),
  entry(
    'Quotes',
    'are not removed from words that cannot need them: names of users, interfaces and capabilities, and CPUs.',
  ),
  entry(
    'A port',
    'of Port= can have an address of the host, and for TCP also answers at localhost. systemd-nspawn does neither.',
  ),
  entry(
    'resolv.conf',
    'A guest with a link to the host gets the name servers of the host in /etc/resolv.conf at each start, unless ResolvConf= is set, that file has other content or is a link, or the tree has systemd-resolved. The servers are also passed as the credential network.dns.',
  ),
  entry(
    'guestctl verify',
    'asks systemd, systemd-nspawn and the kernel of this host. It cannot find what may change before the start, or what depends on the tree: whether a user of BindUser= can be mapped, whether the kernel has the architecture of Personality=, whether a system call of SystemCallFilter= exists, and whether a UID range is free.',
  ),
];

const specifiers = [
  heading('SPECIFIERS'),
  entry('%n', 'The name of the guest.'),
  entry('%H', 'The hostname of the host.'),
  entry('%%', 'A single %.'),
  paragraph('In [Unit], [Service] and [Timer], all specifiers of systemd.unit(5) except %n work as usual.'),
];

/** Also in the README. */
export const mailGuest = `[Guest]
Description=Mail server
Ref=site:debian/12/server

[Remote]
URL=file:///srv/mirror/repo

[Update]
OnCalendar=daily
RandomizedDelaySec=1h`;

/** The manual page ostree-guests.guest(5). Its keys and their descriptions are in src/config/keys/. */
export const guestFilePage: Page = {
  name: 'ostree-guests.guest',
  section: 5,
  summary: 'configuration of an OSTree guest',
  body: [
    `${heading('SYNOPSIS')}\n${bold(`${configDirectory}/`)}${italic('NAME')}${bold('.guest')}`,
    ...description,
    ...guestVocabulary.sections.flatMap((section) =>
      sectionText(section, guestVocabulary, guestDescriptions),
    ),
    ...specifiers,
    ...differences,
    heading('EXAMPLE'),
    example(mailGuest),
  ],
  seeAlso:
    'guestctl(1), ostree-guests(7), ostree-guests.build(5), systemd.syntax(7), systemd.nspawn(5), systemd-nspawn(1), ostree(1), machinectl(1)',
};
