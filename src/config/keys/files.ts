import { bind, bindReadOnly, masked, overlay, overlayReadOnly, tmpfs } from '../mounts.ts';
import type { Key } from '../schema.ts';
import { noOnly, only, text } from '../types.ts';
import { carried, fixed, keepsState } from './carried.ts';

const ownership = 'It would change the owners of files that are hard links into the OSTree repository';

export const filesKeys: readonly Key[] = [
  ...carried('Files', [
    [
      'Bind',
      bind,
      '--bind',
      'each',
      'A file or directory of the host in the guest; option idmap maps its owners.',
    ],
    ['BindReadOnly', bindReadOnly, '--bind-ro', 'each', 'The same, read-only.'],
    ['BindUser', text, '--bind-user', 'words', 'Users of the host, with their home directories.'],
    ['TemporaryFileSystem', tmpfs, '--tmpfs', 'each', 'A tmpfs in the guest.'],
    ['Inaccessible', masked, '--inaccessible', 'each', 'A file or directory that the guest cannot see.'],
    ['Overlay', overlay, '--overlay', 'each', 'An overlay of directories in the guest.'],
    ['OverlayReadOnly', overlayReadOnly, '--overlay-ro', 'each', 'The same, read-only.'],
  ]),
  ...fixed('Files', [
    ['ReadOnly', noOnly(keepsState)],
    ['Volatile', noOnly(keepsState)],
    ['PrivateUsersOwnership', only(['map'], ownership)],
    ['PrivateUsersChown', noOnly(ownership)],
  ]),
];
