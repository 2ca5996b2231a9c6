// lazy: QuickJS reads this file when one of its functions is called.
import { type Descriptions, from } from '../description.ts';
import type { KeyRow } from '../key-table.ts';
import { bind, bindReadOnly, masked, overlay, overlayReadOnly, tmpfs } from '../mounts.ts';
import { noOnly, only, pattern, plainWords, text } from '../types.ts';
import { fixed, keepsState, nspawnKeys } from './rows.ts';

const ownership =
  'The owners of a guest are mapped, never changed: its files are hard links into the OSTree repository';
const users = plainWords('names of users', pattern('the name of a user', /^[^\s"'\\:/]+$/));

export const filesKeys = (): KeyRow[] => [
  ...nspawnKeys(bind, ['Bind', '--bind', 'each']),
  ...nspawnKeys(bindReadOnly, ['BindReadOnly', '--bind-ro', 'each']),
  ...nspawnKeys(users, ['BindUser', '--bind-user', 'words']),
  ...nspawnKeys(text, ['BindUserShell', '--bind-user-shell', 'last', { since: 258 }]),
  ...nspawnKeys(tmpfs, ['TemporaryFileSystem', '--tmpfs', 'each']),
  ...nspawnKeys(masked, ['Inaccessible', '--inaccessible', 'each']),
  ...nspawnKeys(overlay, ['Overlay', '--overlay', 'each']),
  ...nspawnKeys(overlayReadOnly, ['OverlayReadOnly', '--overlay-ro', 'each']),
  fixed(noOnly(keepsState), 'ReadOnly', 'Volatile'),
  fixed(only(['map'], ownership), 'PrivateUsersOwnership'),
  fixed(noOnly(ownership), 'PrivateUsersChown'),
];

// What the manual says of them.

export const filesHelp = (): Descriptions =>
  from('systemd.nspawn(5)', {
    Bind: 'A file or directory of the host to mount in the guest. The option idmap maps its owners. It must exist when the guest starts.',
    BindReadOnly: 'Like Bind=, but read-only.',
    BindUser: 'Users of the host to add to the guest, with their home directories.',
    BindUserShell: 'The shell of these users: a boolean, whether to keep that of the host, or a path.',
    TemporaryFileSystem: 'A tmpfs to mount in the guest.',
    Inaccessible: 'A file or directory to hide from the guest.',
    Overlay: 'An overlay of directories to mount in the guest.',
    OverlayReadOnly: 'Like Overlay=, but read-only.',
  });
