import { bind, bindReadOnly, masked, overlay, overlayReadOnly, tmpfs } from '../mounts.ts';
import type { Row } from '../schema.ts';
import { noOnly, only, text } from '../types.ts';
import { carried, keepsState } from './rows.ts';

const ownership = 'It would change the owners of files that are hard links into the OSTree repository';

export const filesKeys = (): Row[] => [
  ...carried(bind, 'Bind --bind each'),
  ...carried(bindReadOnly, 'BindReadOnly --bind-ro each'),
  ...carried(text, 'BindUser --bind-user words'),
  ...carried(tmpfs, 'TemporaryFileSystem --tmpfs each'),
  ...carried(masked, 'Inaccessible --inaccessible each'),
  ...carried(overlay, 'Overlay --overlay each'),
  ...carried(overlayReadOnly, 'OverlayReadOnly --overlay-ro each'),
  [noOnly(keepsState), 'ReadOnly Volatile'],
  [only(['map'], ownership), 'PrivateUsersOwnership'],
  [noOnly(ownership), 'PrivateUsersChown'],
];
