import { generatorsDirectory } from '../../config/paths.ts';
import type { Page } from './page.ts';
import { entry, example, heading, paragraph } from './roff.ts';

/** Variables for tests; systemd sets none of them. A test compares them with the program. */
export const environment = [
  ['OSTREE_GUESTS_PATH', 'Directories of guest, build and mirror files, instead of the default ones.'],
  ['OSTREE_GUESTS_NSPAWN_PATH', 'Directories of systemd.nspawn(5) files, instead of the default ones.'],
  ['OSTREE_GUESTS_NODE, OSTREE_GUESTS_QJS', 'The paths of the two JavaScript engines.'],
  ['OSTREE_GUESTS_LIB', 'The directory of the program.'],
  ['OSTREE_GUESTS_LOG_PREFIX', 'The prefix of each message.'],
] as const;

export const tryIt = `mkdir /tmp/units\n${generatorsDirectory}/ostree-guests-generator /tmp/units`;

/** The manual page ostree-guests-generator(8). */
export const generatorPage: Page = {
  name: 'ostree-guests-generator',
  section: 8,
  summary: 'generates systemd units from guest files',
  body: [
    heading('SYNOPSIS'),
    paragraph(`${generatorsDirectory}/ostree-guests-generator`),
    heading('DESCRIPTION'),
    paragraph(
      'This is a systemd.generator(7): systemd runs it at boot and at each systemctl daemon-reload. It reads guest, build and mirror files (ostree-guests.guest(5), ostree-guests.build(5), ostree-guests.mirror(5)), the systemd.nspawn(5) files of guests, and the hostname. It writes drop-ins and links for their units, ostree-guests(7). It reads and writes nothing else. It starts no process but its JavaScript engine, and not even that if nothing is declared.',
    ),
    paragraph(
      'A mistake in one guest file does not affect other guests. The generator logs it, gives that guest a unit that fails with the reason, continues, and exits with 1. guestctl units shows the units of a guest, guestctl verify the mistakes in its file.',
    ),
    paragraph(
      'It runs on QuickJS (/usr/bin/qjs) if that is installed, else on Node, which starts more slowly. The output is the same. If QuickJS fails, the generator runs again on Node. It is killed after 20 seconds of CPU time, because systemd waits for it; the exit status is then 152.',
    ),
    heading('ENVIRONMENT'),
    ...environment.map(([name, text]) => entry(name, text)),
    heading('EXAMPLE'),
    paragraph('Write the units to another directory, to look at them:'),
    example(tryIt),
  ],
  seeAlso:
    'guestctl(1), ostree-guests(7), ostree-guests.guest(5), ostree-guests.build(5), ostree-guests.mirror(5), systemd.generator(7)',
};
