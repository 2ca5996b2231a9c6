import type { Tables } from '../key-table.ts';
import {
  boolean,
  buildName,
  command,
  duration,
  image,
  oneOf,
  path,
  refspec,
  text,
  timeSpan,
  url,
  wholeFrom,
} from '../types.ts';

/** The sections that are our own, but for [Packages]. */
export const guestTables: Tables = {
  Guest: () => [
    [text, 'Description'],
    [refspec, 'Ref'],
    [image, 'Image'],
    [buildName, 'Build'],
    [path, 'Sysroot'],
  ],
  Remote: () => [
    [url, 'URL ContentURL'],
    [boolean, 'GPGVerify SignVerify'],
    [path, 'GPGKeyPath Ed25519KeyPath'],
  ],
  Update: () => [
    [oneOf('check', 'fetch', 'stage', 'switch'), 'Action'],
    [oneOf('host', 'rpm-ostree'), 'By'],
    [text, 'OnCalendar SwitchOnCalendar'],
    [timeSpan, 'RandomizedDelaySec'],
    [wholeFrom(1), 'Concurrency Tries'],
    [wholeFrom(2), 'Keep'],
    [boolean, 'AllowDowngrade Rehearse SnapshotVar'],
    [command, 'HealthCheck'],
    [duration, 'HealthTimeoutSec'],
  ],
};
