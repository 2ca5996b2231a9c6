// A guest gets another name: with all that it has, or, if that is cut off anywhere, not at all.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, history, status, update } from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { lightFile, publishLight, readInside } from '../host/light.ts';
import { makeMirror } from '../host/mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await publishLight(host, '1');
  await declare(host, 'old', lightFile());
  await update(host, 'old');
  await host.write('/etc/ostree-guests/old.guest.d/more.conf', '[Guest]\nDescription=The same guest\n');
  await host.write(
    '/etc/systemd/system/systemd-nspawn@old.service.d/mine.conf',
    '[Unit]\nDocumentation=man:x(1)\n',
  );
  await host.sh('systemctl daemon-reload; guestctl enable --now old');
});
afterAll(() => host?.stop());

const sysroot = (name: string) => `/var/lib/ostree-guests/${name}/sysroot`;
const rename = (from: string, to: string) => host.try(`guestctl rename ${from} ${to}`);
const units = (name: string) =>
  [`systemd-nspawn@${name}.service`, `ostree-guest-update@${name}.timer`].join(' ');

test('what runs, and what is taken, is not renamed', async () => {
  expect((await rename('old', 'new')).stderr).toBe(
    'old is running, nothing was renamed. Stop it: guestctl stop old',
  );
  await host.sh('guestctl stop old');
  expect((await rename('old', 'New')).stderr).toMatch(/'New' is not a guest name/);
  expect((await rename('old', 'old')).stderr).toMatch(/old\.guest already\. Choose another name/);
  const whileLocked = (lock: string) =>
    host.try(`flock /run/ostree-guests/${lock} guestctl rename old new`).then(({ stderr }) => stderr);
  expect(await whileLocked('.rename')).toMatch(/^Another guest is being renamed/);
  expect(await whileLocked('.export-old')).toMatch(/^old is being exported, copied, renamed or removed/);
  expect((await rename('nobody', 'new')).stderr).toMatch(/No guest 'nobody' is declared/);
});

test('all of it follows: /etc, /var, what is staged, history, drop-ins, and that it is enabled', async () => {
  const [{ path }] = JSON.parse(
    await host.sh(`printf '[{"path":"%s"}]' ${sysroot('old')}/ostree/deploy/old/deploy/*.0`),
  ) as [{ path: string }];
  await host.sh(`echo mine >${path}/etc/mine; echo kept >${sysroot('old')}/ostree/deploy/old/var/kept`);
  await publishLight(host, '2');
  await update(host, 'old');
  await host.write('/etc/ostree-guests/other.guest', lightFile('[Unit]\nAfter=systemd-nspawn@old.service\n'));
  const { exitCode, stderr } = await rename('old', 'new');
  expect([exitCode, stderr]).toEqual([
    0,
    expect.stringMatching(
      /^old is now new\. Start it: guestctl start new\n\/etc\/ostree-guests\/other\.guest:\d+ still names old: correct it$/,
    ),
  ]);
  await host.sh('rm /etc/ostree-guests/other.guest; systemctl daemon-reload');
  expect(
    await host.sh(
      `find /etc /run/ostree-guests /run/machines /var/lib/systemd /var/lib/ostree-guests \\( -name old -o -name 'old.*' -o -name '*@old.*' \\) -not -path '*/sysroot/*'`,
    ),
  ).toBe('');
  expect(await host.sh(`systemctl is-enabled ${units('new')}`)).toBe('enabled\nenabled');
  expect(await host.sh('systemctl is-active ostree-guest-update@new.timer')).toBe('active');
  await host.sh('guestctl start new');
  expect(await readInside(host, 'new', '/etc/mine', '/var/kept')).toBe('mine\nkept');
  const { deployments, staged } = await status(host, 'new');
  expect([deployments.length, staged]).toEqual([2, null]);
  expect(await host.sh('systemctl cat systemd-nspawn@new')).toMatch(
    /Description=The same guest[\s\S]*man:x\(1\)/,
  );
  const past = await history(host, 'new');
  expect(past.map(({ action }) => action)).toEqual(expect.arrayContaining(['create', 'update']));
  expect(new Set(past.map(({ guest }) => guest))).toEqual(new Set(['new']));
});

test('it is updated as before, and OSTree finds nothing wrong', async () => {
  await publishLight(host, '3');
  await update(host, 'new');
  await host.sh('guestctl restart new');
  expect(await readInside(host, 'new', '/etc/mine', '/var/kept')).toBe('mine\nkept');
  expect((await status(host, 'new')).deployments.length).toBe(2);
  await update(host, 'new');
  await host.sh(`ostree fsck --quiet --repo=${sysroot('new')}/ostree/repo; guestctl stop new`);
});

/** Kills guestctl before the change of the disk that has this number, and writes what it changes to a file. */
const killer = `const fs = require('fs');
let number = 0;
for (const name of ['renameSync', 'symlinkSync', 'mkdirSync', 'copyFileSync', 'rmSync', 'rmdirSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    number += 1;
    fs.appendFileSync('/root/changes', name + ' ' + args.slice(0, 2).filter((one) => typeof one === 'string') + '\\n');
    if (number === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
}`;

test('killed at any change, it has one name as a whole, and the same command completes it', async () => {
  await host.write('/root/killer.cjs', killer);
  const renameKilled = async (from: string, to: string, at: number) => {
    const { exitCode } = await host.try(
      `rm -f /root/changes; KILL_AT=${at} NODE_OPTIONS=--require=/root/killer.cjs guestctl rename ${from} ${to} || exit $?`,
    );
    return exitCode;
  };
  expect(await renameKilled('new', 'a', 0)).toBe(0);
  // One of each kind: all guards are alike.
  const changes = (await host.sh('cat /root/changes'))
    .split('\n')
    .map((change) => change.replaceAll(/[^/,]+@[^/,]+/g, 'UNIT'));
  const points = changes.flatMap((change, index) => (changes.indexOf(change) === index ? [index + 1] : []));
  expect(points.length).toBeGreaterThan(10);
  let [from, to] = ['a', 'b'];
  const whole = new Set<string>();
  for (const at of points) {
    expect(await renameKilled(from, to, at)).toBe(137);
    // As after a power cut: the generator runs, and both are started.
    const up = await host.sh(`systemctl daemon-reload
      systemctl start systemd-nspawn@${from} systemd-nspawn@${to} || true
      for name in ${from} ${to}; do systemctl is-active --quiet systemd-nspawn@$name && echo $name; done; true`);
    expect([from, to], changes[at - 1]).toContain(up);
    whole.add(up === from ? 'old' : 'new');
    expect(await readInside(host, up, '/etc/mine', '/var/kept')).toBe('mine\nkept');
    await host.sh(`systemctl stop systemd-nspawn@${up}`);
    // The last change removes what tells of it, and nothing is left to be done.
    await host.sh(
      `[ -e /var/lib/ostree-guests/${to} ] && ! ls /etc/systemd/system/*/ostree-guests-rename.conf || guestctl rename ${from} ${to}`,
    );
    [from, to] = [to, from];
  }
  expect([...whole]).toEqual(['old', 'new']);
  await host.sh(`guestctl start ${from}`);
  expect(await readInside(host, from, '/etc/mine', '/var/kept')).toBe('mine\nkept');
  expect(await host.sh('find /etc/systemd -name "*rename*"')).toBe('');
  // Of a renamed guest, too, --keep-var keeps /var.
  await host.sh(`guestctl stop ${from}; guestctl remove --yes --keep-var ${from}`);
  expect(await host.sh(`cat ${sysroot(from)}/ostree/deploy/${from}/var/kept`)).toBe('kept');
}, 600_000);
