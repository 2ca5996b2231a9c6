// The demo's session: what an administrator does with two guests, from their first line to their next version.
import { guestsOnDisk, inGuest, reboot } from './guests.ts';
import type { Host } from './host.ts';
import { serveMirror } from './http.ts';
import { mirrorPath, publish, serverRef } from './mirror.ts';
import { suite } from './recipe.ts';
import { chapter, narrate, type Terminal } from './screen.ts';

const builderRef = 'debian/12/builder';

const mailFile = `[Guest]
Description=Mail server
Ref=site:${serverRef}

[Remote]
URL=file://${mirrorPath}

[Update]
OnCalendar=daily
RandomizedDelaySec=1h
`;

const buildFile = (url: string) => `[Guest]
Description=Build box
Ref=site:${builderRef}

[Remote]
URL=${url}/repo
GPGVerify=no
`;

export async function createMail(host: Host, shell: Terminal): Promise<void> {
  chapter('1. A guest is one file');
  narrate(
    `mail is to follow ${serverRef}, a tree in its site's mirror. (The site chooses names and numbers of its ` +
      `trees; the packages in this one are those of Debian ${suite}.) To say so is all it takes:`,
  );
  await declare(host, shell, 'mail', mailFile);
  narrate('systemd has units for it now. There is no guest yet: the first update creates it.');
  await update(host, shell, 'mail');
  narrate('From here on it is a machine like any other.');
  await shell('machinectl start mail');
  await shell('systemctl enable --now ostree-guest-update@mail.timer');
  await shell('guestctl status mail');
  narrate('Its root is an unprivileged user of the host, and the tree that it runs from is read-only:');
  await shell('machinectl --quiet shell mail /bin/cat /etc/greeting /proc/self/uid_map');
  await shell.attempt("machinectl --quiet shell mail /bin/sh -c 'echo bad >>/usr/bin/env'");
}

/** Answers how many KiB of disk the guest cost. */
export async function createBuild(host: Host, shell: Terminal): Promise<number> {
  chapter('2. A second guest, from another tree');
  narrate(
    'build follows a tree that differs from the other in a file, and this time over HTTP. Only what no ' +
      'guest has yet is fetched ("content: 1"); the rest is shared on disk.',
  );
  await publish(host, builderRef, {
    version: '12.1',
    files: { '/etc/greeting': 'Hello from a build box.\n' },
  });
  const { url } = await serveMirror(host);
  await declare(host, shell, 'build', buildFile(url));
  const before = await guestsOnDisk(host);
  await update(host, shell, 'build');
  const cost = (await guestsOnDisk(host)) - before;
  await shell('machinectl start build');
  await shell('machinectl --quiet shell build /bin/cat /etc/greeting');
  await shell('machinectl list');
  await shell('guestctl list');
  return cost;
}

/** Answers whether mail ran on while it was updated. */
export async function stageUpdate(host: Host, shell: Terminal): Promise<boolean> {
  chapter('3. An update is staged while the guest runs on');
  narrate('The site publishes 12.2:');
  const files = { '/etc/greeting': 'Hello from 12.2.\n' };
  await publish(host, serverRef, { version: '12.2', files, options: ['--subject=A new greeting'] });
  await shell(`ostree show --repo=${mirrorPath} ${serverRef}`);
  narrate('The timer would find it within a day. Now, by hand:');
  const boot = await bootId(host);
  await update(host, shell, 'mail');
  await shell('guestctl status mail');
  return (await bootId(host)) === boot;
}

/** Answers whether mail runs the update with the edit, its identity and its /var kept. */
export async function rebootIntoUpdate(host: Host, shell: Terminal): Promise<boolean> {
  chapter('4. The guest reboots into its update');
  narrate('What is edited in /etc meanwhile is not lost: /etc is merged when mail is down, not before.');
  await shell(`machinectl --quiet shell mail /bin/sh -c 'echo "Out at 8." | tee /etc/motd /var/note'`);
  await shell('machinectl --quiet shell mail /bin/cat /etc/machine-id');
  const kept = 'cat /etc/motd /var/note /etc/machine-id';
  const before = await inGuest(host, 'mail', kept);
  await reboot(host, 'mail', () => shell('machinectl reboot mail'));
  narrate('It is up again. The greeting is new; the note and the machine id are its own:');
  await shell('machinectl --quiet shell mail /bin/cat /etc/greeting /etc/motd /etc/machine-id');
  await shell('guestctl status mail');
  await shell('guestctl list');
  const updated = (await inGuest(host, 'mail', 'cat /etc/greeting')) === 'Hello from 12.2.';
  return updated && (await inGuest(host, 'mail', kept)) === before;
}

/** Answers whether both guests ran on. */
export async function cleanHost(host: Host, shell: Terminal): Promise<boolean> {
  chapter('5. The host cleans up, and deploys its own update');
  narrate('OSTree deletes what it takes for no longer needed. Guests are none of its business:');
  const state = () => Promise.all(['mail', 'build'].map((name) => bootId(host, name)));
  const before = await state();
  await shell('ostree admin cleanup');
  await shell('ostree admin deploy host/next');
  await shell('ostree admin status');
  await shell('machinectl list');
  return (await state()).join() === before.join();
}

async function declare(host: Host, shell: Terminal, name: string, text: string): Promise<void> {
  await host.write(`/etc/ostree-guests/${name}.guest`, text);
  await shell(`cat /etc/ostree-guests/${name}.guest`);
  await shell('systemctl daemon-reload');
}

async function update(host: Host, shell: Terminal, name: string): Promise<void> {
  await shell(`systemctl start ostree-guest-update@${name}.service`);
  await host.run('journalctl', '--sync');
  await shell(`journalctl --unit=ostree-guest-update@${name} --invocation=0 --output=cat`);
}

const bootId = (host: Host, name = 'mail') => inGuest(host, name, 'cat /proc/sys/kernel/random/boot_id');
