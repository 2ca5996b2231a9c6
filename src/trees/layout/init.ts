import { kindInside, UnfitTree } from '../../host/tree-files.ts';

/** Where systemd-nspawn looks for the program to boot: systemd-nspawn(1), --boot. */
const places = ['usr/lib/systemd/systemd', 'lib/systemd/systemd', 'sbin/init'];

/** Throws UnfitTree for a tree that is no machine, such as the image of a single program. */
export function requireInit(root: string): void {
  if (places.some((path) => ['file', 'link'].includes(kindInside(root, path) ?? ''))) return;
  throw new UnfitTree(
    'sbin/init',
    'is missing, so it cannot be booted: it is no whole machine. Use a tree with systemd in it (on Debian, the package systemd-sysv)',
  );
}
