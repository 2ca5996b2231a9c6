// Root in a guest: writes wherever it finds a way. Its tree helps: it has a program of another guest's /usr in other places,
// and files of equal content are one file for all guests.
import { expect } from 'vitest';
import { declare, guestFile, inGuest, start, update } from '../guests.ts';
import type { Host } from '../host.ts';
import { mirrorPath, serverRef } from '../mirror.ts';
import { guestRecipe } from '../recipe.ts';

export const guest = 'everywhere';
export const title = "root in a guest writes to nothing but the guest's own";

const places = ['opt/vendor/whoami', 'home/whoami', 'boot/whoami', 'data/whoami', 'whoami'];

export async function attack(host: Host, neighbour: string): Promise<void> {
  await host.sh(`mkdir /var/tmp/tree; cd /var/tmp/tree; printf '/opt\\n/home\\n' >../skip
    for place in ${places.join(' ')}; do
      mkdir -p $(dirname $place); cp -a /run/ostree-guests/${neighbour}/root/usr/bin/whoami $place
    done
    commit='ostree commit --repo=${mirrorPath}'
    $commit --branch=lab/no-links --tree=ref=${guestRecipe.ref} --skip-list=../skip
    $commit --branch=lab/everywhere --tree=ref=lab/no-links --tree=dir=.
    rm -r ../tree ../skip`);
  await declare(host, 'everywhere', guestFile().replace(serverRef, 'lab/everywhere'));
  await update(host, 'everywhere');
  const inode = (guest: string, path: string) =>
    host.sh(`stat -c %i /run/ostree-guests/${guest}/root/${path}`);
  expect(await inode('everywhere', 'data/whoami')).toBe(await inode(neighbour, 'usr/bin/whoami'));
  await start(host, 'everywhere');
  const written = await inGuest(
    host,
    'everywhere',
    `for mount in / /usr /opt /boot /data; do
       for how in remount,rw remount,rw,bind; do mount -o $how $mount; done; umount $mount
     done 2>/dev/null || true
     mkdir /run/again
     { mount --rbind / /run/again && mount -o remount,rw,bind /run/again; } 2>/dev/null || true
     unshare --mount sh -c 'mount -o remount,rw,bind / && touch /touched' 2>/dev/null || true
     for root in / /run/again; do
       find $root -path /proc -prune -o -path /sys -prune -o -type f -print
     done 2>/dev/null | while read -r file; do
       { echo attacked >>"$file"; } 2>/dev/null && echo "$file" || true
     done`,
  );
  const own = /^(\/run\/again)?\/(etc|var|run|tmp|dev|sysroot|home|opt)\//;
  expect(written.split('\n').filter((path) => !own.test(path))).toEqual([]);
  expect(written).toContain('/opt/vendor/whoami');
}
