import type { Page } from './page.ts';
import { entry, example, heading, paragraph } from './roff.ts';

/** For tests; systemd sets none of them. Checked against the program. */
export const environment = [
  ['OSTREE_GUESTS_PATH', 'Directories to look for guest and build files in, instead of the usual ones.'],
  ['OSTREE_GUESTS_NSPAWN_PATH', 'The same for systemd.nspawn(5) files of administrators.'],
  ['OSTREE_GUESTS_NODE, OSTREE_GUESTS_QJS', 'The two interpreters.'],
  ['OSTREE_GUESTS_LIB', 'The directory of the program.'],
  ['OSTREE_GUESTS_LOG_PREFIX', 'What each message begins with.'],
] as const;

export const tryIt =
  'mkdir /tmp/units\n/usr/lib/systemd/system-generators/ostree-guests-generator /tmp/units';

/** The manual page ostree-guests-generator(8). */
export const generatorPage: Page = {
  name: 'ostree-guests-generator',
  section: 8,
  summary: 'makes systemd units of guest files',
  body: [
    heading('SYNOPSIS'),
    paragraph('/usr/lib/systemd/system-generators/ostree-guests-generator'),
    heading('DESCRIPTION'),
    paragraph(
      'A systemd.generator(7): systemd runs it at boot and at each systemctl daemon-reload. It reads guest and build files, ostree-guests.guest(5) and ostree-guests.build(5), and writes drop-ins for the units of each, ostree-guests(7). It reads and writes nothing else, and starts nothing but its own interpreter; where nothing is declared, not even that.',
    ),
    paragraph(
      'A guest with mistakes costs the others nothing: they are logged, that guest gets a unit that fails with the reason, and the generator goes on, and ends with 1. guestctl units shows what it makes of a guest, guestctl verify what is wrong with one.',
    ),
    paragraph(
      'It runs on QuickJS, /usr/bin/qjs, where that is installed, and else on Node, which takes longer to start. Both make the same. Should QuickJS fail, Node does the work. What takes more than 20 seconds of processor time is ended: systemd cannot go on before. The exit status is 152 then.',
    ),
    heading('ENVIRONMENT'),
    ...environment.map(([name, text]) => entry(name, text)),
    heading('EXAMPLE'),
    paragraph('What it would make, somewhere else:'),
    example(tryIt),
  ],
  seeAlso: 'guestctl(1), ostree-guests(7), ostree-guests.guest(5), systemd.generator(7)',
};
