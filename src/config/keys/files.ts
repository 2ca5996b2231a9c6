import { bind, bindReadOnly, masked, overlay, overlayReadOnly, tmpfs } from '../mounts.ts';
import type { Key } from '../schema.ts';
import { noOnly, only, text } from '../types.ts';
import { carried, keepsState, keys } from './rows.ts';

const ownership = 'It would change the owners of files that are hard links into the OSTree repository';

export const filesKeys = (): Key[] => [
  ...carried('Files', bind, 'Bind --bind each'),
  ...carried('Files', bindReadOnly, 'BindReadOnly --bind-ro each'),
  ...carried('Files', text, 'BindUser --bind-user words'),
  ...carried('Files', tmpfs, 'TemporaryFileSystem --tmpfs each'),
  ...carried('Files', masked, 'Inaccessible --inaccessible each'),
  ...carried('Files', overlay, 'Overlay --overlay each'),
  ...carried('Files', overlayReadOnly, 'OverlayReadOnly --overlay-ro each'),
  ...keys('Files', noOnly(keepsState), 'ReadOnly Volatile'),
  ...keys('Files', only(['map'], ownership), 'PrivateUsersOwnership'),
  ...keys('Files', noOnly(ownership), 'PrivateUsersChown'),
];
