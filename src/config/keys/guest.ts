import { nothingElse, type Row } from '../key-table.ts';
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

export const guestKeys = (): Row[] => [
  [text, ['Description'], nothingElse],
  [refspec, ['Ref'], nothingElse],
  [image, ['Image'], ['steps']],
  [buildName, ['Build'], ['steps']],
  [path, ['Sysroot'], ['steps']],
];

export const remoteKeys = (): Row[] => [
  [url, ['URL', 'ContentURL'], nothingElse],
  [boolean, ['GPGVerify', 'SignVerify'], nothingElse],
  // The update has to see these files.
  [path, ['GPGKeyPath', 'Ed25519KeyPath'], ['steps']],
];

export const updateKeys = (): Row[] => [
  [oneOf('check', 'fetch', 'stage', 'switch'), ['Action'], nothingElse],
  // Changes everything of the guest, so it names no effects.
  [oneOf('host', 'rpm-ostree'), ['By']],
  [text, ['OnCalendar'], ['update timer']],
  [text, ['SwitchOnCalendar'], ['steps']],
  [timeSpan, ['RandomizedDelaySec'], ['update timer']],
  [wholeFrom(1), ['Concurrency', 'Tries'], nothingElse],
  [wholeFrom(2), ['Keep'], nothingElse],
  [boolean, ['AllowDowngrade', 'Rehearse', 'SnapshotVar'], nothingElse],
  [command, ['HealthCheck'], nothingElse],
  [duration, ['HealthTimeoutSec'], nothingElse],
];
