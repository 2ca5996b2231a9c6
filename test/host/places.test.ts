// A tree with directories where people write, and where trees made for OSTree have links into /var.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  canRehearse,
  declare,
  guestFile,
  inGuest,
  reaches,
  reboot,
  rehearse,
  start,
  update,
} from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { makeMirror, mirrorPath, publish, serverRef } from './mirror.ts';
import { guestRecipe } from './recipe.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await leaveOut(host, 'lab/none', '/home', '/srv', '/opt', '/usr/local', '/tmp');
  await publishDirectories('1');
  await host.sh('mkdir -p /srv/usb && echo usb >/srv/usb/file');
  const file = guestFile('[Files]\nBind=/srv/usb:/media/usb\n');
  await declare(host, 'mail', file.replace(serverRef, 'lab/directories'));
  await update(host, 'mail');
});
afterAll(() => host?.stop());

const publishDirectories = (version: string, more: Readonly<Record<string, string>> = {}) =>
  publish(host, 'lab/directories', {
    version,
    from: 'lab/none',
    files: {
      '/home/joe/mail': 'from the tree\n',
      '/srv/page': 'from the tree\n',
      '/opt/tool/run': { content: `echo ${version}\n`, mode: 0o755 },
      '/usr/local/bin/hello': { content: 'echo hello\n', mode: 0o755 },
      '/tmp/nothing': '',
      '/data/own': 'from the tree\n',
      '/notice': `version ${version}\n`,
      ...more,
    },
  });

/** Publishes the plain guest tree without some of its links. */
async function leaveOut(host: Host, ref: string, ...paths: string[]): Promise<void> {
  const skip = join(host.work, 'skip');
  await writeFile(skip, paths.map((path) => `${path}\n`).join(''));
  const repo = `--repo=${outside(host, mirrorPath)}`;
  await execa('ostree', [
    'commit',
    repo,
    `--branch=${ref}`,
    `--tree=ref=${guestRecipe.ref}`,
    `--skip-list=${skip}`,
  ]);
}

const variable = '/var/lib/ostree-guests/mail/sysroot/ostree/deploy/mail/var';
const read = '{ cat /home/joe/mail /srv/page; sh /opt/tool/run; sh /usr/local/bin/hello; }';

test('what a guest wrote there into its deployment, when it could, is kept', async () => {
  // As it was before its root was read-only: the guest wrote into its deployment, and nspawn made mount points there.
  await host.sh(`rm -r /var/lib/ostree-guests/mail/places ${variable}/{home,srv,opt.kept,usrlocal}
    cd /run/ostree-guests/mail/root && rm home/joe/mail && echo written >home/joe/mail
    chown 1000:1000 home/joe && chmod 700 home/joe && touch home/.hidden; mkdir media/usb
    mkdir -p ${variable}/opt/tool && echo data >${variable}/opt/tool/data`);
  await publishDirectories('2');
  await update(host, 'mail');
  await start(host, 'mail');
  expect(
    await inGuest(
      host,
      'mail',
      'cat /notice /media/usb/file; ls -A /home; stat -c %a:%u /home/joe; cat /home/joe/mail',
    ),
  ).toBe('version 2\nusb\n.hidden\njoe\n700:1000\nwritten');
  // hier(7): /var/opt has the data of what is in /opt. It is no place for that itself.
  expect(await inGuest(host, 'mail', 'ls /opt/tool /var/opt/tool')).toBe(
    '/opt/tool:\nrun\n\n/var/opt/tool:\ndata',
  );
});

test('it is writable and outlives updates and rollbacks; all else of the tree is read-only', async () => {
  await inGuest(
    host,
    'mail',
    'for d in /home /srv /opt /usr/local /etc /var /tmp; do echo new >$d/new; done',
  );
  const refused = '/new /data/own /data/new /notice /usr/new /boot/new /media/new';
  expect(
    await inGuest(host, 'mail', `for f in ${refused}; do (echo x >>$f) 2>/dev/null && echo $f; done; true`),
  ).toBe('');
  const seen = `cat /notice; cat /home/new /srv/new /opt/new /usr/local/new; ${read}`;
  const kept = 'new\nnew\nnew\nnew\nwritten\nfrom the tree\n1\nhello';
  await publishDirectories('3');
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect(await inGuest(host, 'mail', seen)).toBe(`version 3\n${kept}`);
  await host.run('guestctl', 'rollback', 'mail');
  await reboot(host, 'mail');
  expect(await inGuest(host, 'mail', seen)).toBe(`version 2\n${kept}`);
});

test.runIf(canRehearse)(
  'a rehearsal sees what the guest wrote there, and writes to a view of it',
  async () => {
    const units = '/usr/lib/systemd/system';
    const look = 'test "$(cat /home/new)" = new; echo changed >/home/new; echo x >/srv/page';
    await publishDirectories('3.5', {
      [`${units}/look.service`]: `[Service]\nType=oneshot\nExecStart=sh -ec '${look}'\n`,
      [`${units}/multi-user.target.d/look.conf`]: '[Unit]\nRequires=look.service\nAfter=look.service\n',
    });
    await update(host, 'mail');
    await rehearse(host, 'mail');
    expect(await inGuest(host, 'mail', 'cat /home/new /srv/page')).toBe('new\nfrom the tree');
  },
);

test('a tree with links again has it, too', async () => {
  await publish(host, 'lab/directories', { version: '4' });
  await host.run('guestctl', 'forgive', 'mail');
  await update(host, 'mail');
  await reboot(host, 'mail');
  expect(
    await inGuest(host, 'mail', 'readlink /home; cat /home/joe/mail /srv/new; cat /var/opt.kept/new'),
  ).toBe('var/home\nwritten\nnew\nnew');
});

test('a link in its place is not followed, and nothing is mounted on the host', async () => {
  await publishDirectories('5');
  await update(host, 'mail');
  await host.run('machinectl', 'poweroff', 'mail');
  await reaches(host, 'mail', 'inactive');
  await host.sh(
    `mkdir /srv/secret; mv ${variable}/home ${variable}/moved; ln -s /srv/secret ${variable}/home`,
  );
  await start(host, 'mail');
  expect(await inGuest(host, 'mail', 'cat /notice /home/joe/mail; touch /home/x 2>&1 || true')).toMatch(
    /^version 5\nfrom the tree\n.*Read-only file system$/,
  );
  expect(await host.sh('ls -A /srv/secret')).toBe('');
  expect(await host.sh('journalctl --sync; journalctl -o cat -u ostree-guest-boot@mail')).toContain(
    `${variable}/home is not a directory, so /home of mail is read-only. Remove it: rm ${variable}/home`,
  );
  const mounts = () => host.sh('cut -d" " -f5 /proc/self/mountinfo | grep /var/lib/ostree-guests || true');
  expect(await mounts()).toBe('');
  await host.run('systemctl', 'kill', '--signal=KILL', 'systemd-nspawn@mail');
  expect(await mounts()).toBe('');
});
