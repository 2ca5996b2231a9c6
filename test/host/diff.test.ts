// What an update changes, told before it takes effect: in trees of deb packages, of rpm packages, and of neither.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declare, guestFile, inGuest, reboot, start, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, mirrorPath, publish, serverRef } from './mirror.ts';

let host: Host;
let first: string;

beforeAll(async () => {
  host = await bootHost();
  first = await makeMirror(host);
});
afterAll(() => host?.stop());

const database = '/usr/lib/sysimage/dpkg/status';
const diff = (words: string) => host.sh(`guestctl diff ${words}`);

test('packages, files, and files of /etc that were changed on both sides', async () => {
  await declare(host, 'mail');
  await update(host, 'mail');
  await start(host, 'mail');
  expect((await host.try('guestctl diff mail')).all).toMatch(
    /mail has one deployment, and nothing is staged/,
  );

  await inGuest(host, 'mail', 'echo ours >/etc/greeting; echo ours >/etc/issue; touch /etc/new');
  const status = await host.sh(`ostree cat --repo=${mirrorPath} ${first} ${database}`);
  const changed = status
    .split('\n\n')
    .filter((record) => !record.startsWith('Package: iproute2\n'))
    .map((record) =>
      record.startsWith('Package: less\n') ? record.replace('Version: ', 'Version: 1:') : record,
    )
    .map((record) =>
      record.startsWith('Package: procps\n') ? record.replace(/Version: .*/, 'Version: 0.1') : record,
    )
    .join('\n\n');
  expect(changed).not.toBe(status);
  const next = await publish(host, serverRef, {
    version: '12.2',
    files: {
      [database]: `${changed}\n\nPackage: extra\nStatus: install ok installed\nVersion: 1.0\n`,
      '/etc/greeting': 'theirs\n',
      '/usr/share/extra': 'x',
    },
  });
  await update(host, 'mail');
  const text = await diff('mail');
  expect(text).toMatch(
    new RegExp(`^12\\.1 \\(${first.slice(0, 12)}\\) -> 12\\.2 \\(${next.slice(0, 12)}\\)\n`),
  );
  expect(text).toMatch(/1 upgraded:\n {2}less (\S+) -> 1:\1\n/);
  expect(text).toMatch(/1 downgraded:\n {2}procps \S+ -> 0\.1\n/);
  expect(text).toMatch(/1 removed:\n {2}iproute2 \S+\n/);
  expect(text).toMatch(/1 added:\n {2}extra 1\.0\n/);
  expect(text).toContain('Files: 2 changed, 1 added, 0 removed');
  expect(text).toMatch(/Changed both on this machine and by the update; .*:\n {2}\/etc\/greeting$/);
  expect(await diff('mail -o wide')).toMatch(/^ {2}M \/usr\/etc\/greeting$/m);
  expect(JSON.parse(await diff('mail -o json'))).toMatchObject({
    from: { checksum: first, version: '12.1' },
    to: { checksum: next },
    packages: expect.arrayContaining([{ name: 'extra', change: 'added', from: null, to: '1.0' }]),
    files: expect.arrayContaining([{ path: '/usr/share/extra', change: 'added' }]),
    etc: ['/etc/greeting'],
  });

  // Once it runs, what it changed.
  await reboot(host, 'mail');
  expect(await diff('mail')).toBe(text);
  expect(await inGuest(host, 'mail', 'cat /etc/greeting')).toBe('ours');
  expect(await diff(`mail ${next.slice(0, 10)} ${first}`)).toMatch(/1 downgraded:\n {2}less 1:/);
  expect((await host.try('guestctl diff mail nonsense')).all).toMatch(
    /mail has no commit 'nonsense'\. Its deployments: guestctl deployments mail/,
  );
});

test('rpm packages', async () => {
  // Real databases, which rpm makes; the tree around them is Debian's all the same.
  for (const [ref, version] of [
    ['rpm/one', '1.0'],
    ['rpm/two', '1:0.9'],
  ] as const) {
    const [epoch, number] = version.includes(':') ? version.split(':') : ['0', version];
    await host.sh(`
      mkdir -p /tmp/${ref} && cd /tmp/${ref}
      printf 'Name: site\nEpoch: ${epoch}\nVersion: ${number}\nRelease: 1\nSummary: x\nLicense: x\n%%description\n%%files\n' >site.spec
      rpmbuild --quiet -bb --define "_rpmdir $PWD" --define "_topdir $PWD" site.spec
      rpm --dbpath=$PWD/db --initdb && rpm --dbpath=$PWD/db --justdb --nodeps -i */site*.rpm
      mkdir -p tree/usr/share/rpm && cp db/* tree/usr/share/rpm
      ostree commit --repo=${mirrorPath} --branch=${ref} --tree=ref=guest/debian --tree=dir=tree --skip-list=<(echo ${database})`);
  }
  await declare(host, 'rpm', guestFile().replace(serverRef, 'rpm/one'));
  await update(host, 'rpm');
  await declare(host, 'rpm', guestFile().replace(serverRef, 'rpm/two'));
  await update(host, 'rpm');
  expect(await diff('rpm')).toMatch(/1 upgraded:\n {2}site\.(x86_64|aarch64|noarch) 1\.0-1 -> 1:0\.9-1\n/);
});
