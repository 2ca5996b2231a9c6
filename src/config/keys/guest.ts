import type { Key } from '../schema.ts';
import { boolean, oneOf, path, refspec, text, timeSpan, url } from '../types.ts';

/** The sections that are our own. */
export const guestKeys: readonly Key[] = [
  {
    section: 'Guest',
    name: 'Description',
    type: text,
    default: 'OSTree guest NAME',
    help: 'What the guest is, for people. Shown wherever systemd shows its units.',
  },
  {
    section: 'Guest',
    name: 'Ref',
    type: refspec,
    help: "Where the guest's tree comes from: a ref of a remote. The one key that every guest must have.",
  },
  {
    section: 'Guest',
    name: 'Sysroot',
    type: path,
    default: '/var/lib/ostree-guests/NAME/sysroot',
    help: 'Where the guest is kept. One outside of /var/lib/ostree-guests shares no disk space with other guests.',
  },
  {
    section: 'Remote',
    name: 'URL',
    type: url,
    help: "The remote's repository. Without a [Remote] section the host's remote of that name is used, with its keys.",
  },
  {
    section: 'Remote',
    name: 'GPGVerify',
    type: boolean,
    default: 'yes where there is a GPGKeyPath=',
    help: 'Whether commits must carry a signature by one of the keys.',
  },
  {
    section: 'Remote',
    name: 'GPGKeyPath',
    type: path,
    help: 'A file with the public keys to trust, or a directory of such files.',
  },
  {
    section: 'Update',
    name: 'Action',
    type: oneOf('stage', 'switch'),
    default: 'stage',
    help: "What an update does with a new commit: stage it for the guest's next start, or also restart a running guest into it.",
  },
  {
    section: 'Update',
    name: 'OnCalendar',
    type: text,
    repeatable: true,
    default: 'daily',
    help: 'When the timer, once it is enabled, updates the guest: a calendar expression of systemd.time(7).',
  },
  {
    section: 'Update',
    name: 'RandomizedDelaySec',
    type: timeSpan,
    default: '1h',
    help: 'By up to how much later than that, so that not all guests update at once.',
  },
];
