// A tree's author: the version of a commit becomes part of a boot entry, with its newlines.
import { expect } from 'vitest';
import { declare, failingUpdate, guestFile, start, update } from '../guests.ts';
import type { Host } from '../host.ts';
import { publish, serverRef } from '../mirror.ts';

export const guest = 'version';
export const title = 'the version of a commit does not choose the directory that a guest boots';

const root = 'readlink /run/ostree-guests/version/root';

export async function attack(host: Host, neighbour: string): Promise<void> {
  const good = await publish(host, 'lab/version', { version: '1' });
  await declare(host, 'version', guestFile().replace(serverRef, 'lab/version'));
  await update(host, 'version');
  const booted = await host.sh(root);
  const injected = `3\noptions ostree=/../../../../run/ostree-guests/${neighbour}/root\nx y`;
  await publish(host, 'lab/version', { version: injected });
  expect(await failingUpdate(host, 'version')).toContain(
    'has a version with control characters: "3\\noptions',
  );

  // As if it had been deployed before versions were checked.
  const entries = '/var/lib/ostree-guests/version/sysroot/boot/loader/entries';
  await host.write('/tmp/version', injected);
  await host.sh(`cd ${entries}; { printf 'title Debian '; cat /tmp/version; sed 1d ostree-1*.conf; } >ostree-2-x.conf
    sed -i 's/^version .*/version 9/' ostree-2-x.conf; rm /tmp/version`);
  await start(host, 'version');
  expect(await host.sh(root)).toBe(booted);
  expect(booted).toContain(good);
  expect(await host.sh('journalctl --sync; journalctl -o cat -u ostree-guest-boot@version')).toContain(
    `${entries}/ostree-2-x.conf is not booted: it names more than one deployment`,
  );
}
