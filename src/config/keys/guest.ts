import type { Tables } from '../schema.ts';
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
import { packagesKeys } from './packages.ts';
import { keys } from './rows.ts';

/** The sections that are our own. */
export const guestTables: Tables = {
  Guest: () => [
    ...keys('Guest', text, 'Description'),
    ...keys('Guest', refspec, 'Ref'),
    ...keys('Guest', image, 'Image'),
    ...keys('Guest', buildName, 'Build'),
    ...keys('Guest', path, 'Sysroot'),
  ],
  Remote: () => [
    ...keys('Remote', url, 'URL ContentURL'),
    ...keys('Remote', boolean, 'GPGVerify SignVerify'),
    ...keys('Remote', path, 'GPGKeyPath Ed25519KeyPath'),
  ],
  Update: () => [
    ...keys('Update', oneOf('check', 'fetch', 'stage', 'switch'), 'Action'),
    ...keys('Update', oneOf('host', 'rpm-ostree'), 'By'),
    ...keys('Update', text, 'OnCalendar SwitchOnCalendar'),
    ...keys('Update', timeSpan, 'RandomizedDelaySec'),
    ...keys('Update', wholeFrom(1), 'Concurrency Tries'),
    ...keys('Update', wholeFrom(2), 'Keep'),
    ...keys('Update', boolean, 'AllowDowngrade Rehearse SnapshotVar'),
    ...keys('Update', command, 'HealthCheck'),
    ...keys('Update', duration, 'HealthTimeoutSec'),
  ],
  Packages: packagesKeys,
};
