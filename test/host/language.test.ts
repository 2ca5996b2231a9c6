import { copyFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notMeant, notMeantOfContainers, notMeantOfUnits } from '../oracle/compare.ts';
import { askNspawn, containerSettings } from '../oracle/container-values.ts';
import { compileOracle, findLibrary, request } from '../oracle/oracle.ts';
import { unitSettings, unitsOf } from '../oracle/unit-values.ts';
import { generatedQuestions, tableQuestions } from '../oracle/values.ts';
import { declare, eventually, guestFile, inGuest, reaches, reboot, start, status, update } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { makeMirror } from './mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

test('a key of every section is seen inside the guest, and drop-ins add theirs', async () => {
  await host.sh(`
    mkdir -p '/srv/shared dir' /etc/ostree-guests/mail.guest.d /etc/ostree-guests/guest.d
    echo from-host >'/srv/shared dir/file'; echo secret >/etc/secret; echo ran >/dev/null`);
  await host.write(
    '/etc/systemd/system/note@.service',
    '[Service]\nType=oneshot\nExecStart=touch /run/note-%i\n',
  );
  await host.write('/etc/ostree-guests/guest.d/10-all.conf', '[Exec]\nEnvironment="ALL=of %n on %H"\n');
  await host.write('/etc/ostree-guests/mail.guest.d/50-limits.conf', '[Exec]\nLimitMSGQUEUE=1000:2000\n');
  await declare(
    host,
    'mail',
    guestFile(`
[Update]
OnCalendar=weekly
[Exec]
Environment=ONE=1 "TWO=two words"
Hostname=%n.example.org
[Files]
Bind=/srv/shared dir:/mnt/shared:idmap
BindReadOnly=/srv/shared dir:/usr/share/dpkg
TemporaryFileSystem=/var/scratch:size=1M
Inaccessible=/usr/bin/apt-get
[Network]
VirtualEthernetExtra=ve-extra:host1
[Unit]
Wants=note@%n.service
[Service]
MemoryMax=512M
TasksMax=1000
LoadCredential=secret:/etc/secret
LoadCredential=%i.secret:/etc/secret
LoadCredential=not-there
SetCredential=greeting:hello %n
[Timer]
OnBootSec=30min
`),
  );
  await update(host, 'mail');
  await start(host, 'mail');

  const environment = await inGuest(
    host,
    'mail',
    "tr '\\0' '\\n' </proc/1/environ | grep -E '^(ONE|TWO|ALL)=' | sort",
  );
  expect(environment).toBe('ALL=of mail on host\nONE=1\nTWO=two words');
  expect(await inGuest(host, 'mail', 'cat /proc/sys/kernel/hostname')).toBe('mail.example.org');
  expect(await inGuest(host, 'mail', "awk '/msgqueue/ { print $4, $5 }' /proc/1/limits")).toBe('1000 2000');
  expect(await inGuest(host, 'mail', 'cat /mnt/shared/file /usr/share/dpkg/file')).toBe(
    'from-host\nfrom-host',
  );
  expect(
    await inGuest(
      host,
      'mail',
      'echo x >/mnt/shared/new; stat -c %u /mnt/shared/new; ! touch /usr/share/dpkg/y',
    ),
  ).toBe('0');
  expect(await host.sh("stat -c %u '/srv/shared dir/new'")).toBe('0');
  expect(await inGuest(host, 'mail', 'grep " /var/scratch " /proc/mounts')).toContain('tmpfs');
  expect(await inGuest(host, 'mail', 'cat /usr/bin/apt-get | wc -c')).toBe('0');
  expect(await inGuest(host, 'mail', 'ls /sys/class/net')).toMatch(/host1/);
  // What systemd was told: the control groups of this test host have no controllers.
  expect(await host.sh('systemctl show -p MemoryMax -p TasksMax systemd-nspawn@mail | sort')).toBe(
    `MemoryMax=${512 * 1024 * 1024}
TasksMax=1000`,
  );
  // One that is to be inherited and is not there is left out, as systemd does.
  const credentials = 'cd /run/credentials/@system; cat secret mail.secret greeting; ! [ -e not-there ]';
  expect(await inGuest(host, 'mail', credentials)).toBe('secret\nsecret\nhello mail');
  await eventually(host, 'test -e /run/note-mail');
  expect(await host.sh('systemctl show -p TimersMonotonic ostree-guest-update@mail.timer')).toContain(
    'OnBootUSec=30min',
  );
});

test('every value comes through to the guest as it was written', async () => {
  const character = fc.oneof(
    fc.constantFrom(...' \t"\'\\%$#;:=~*?{}()<>|&!`@^-nHsxu\u00a0'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).filter((one) => !/\p{C}/u.test(one)),
  );
  const values = fc.sample(fc.string({ unit: character, maxLength: 12 }), { numRuns: 300, seed: 1 });
  // Each mark stands in quotes of the other kind. A backslash is one.
  const quoted = (value: string) => value.replaceAll('"', `"'"'"`).replaceAll('%', '%%');
  const lines = values.map((value, index) => `Environment="V${index}=${quoted(value)}"`);
  await declare(host, 'values', guestFile(`[Exec]\n${lines.join('\n')}\n`));
  await update(host, 'values');
  await start(host, 'values');
  const environment = await inGuest(host, 'values', 'base64 -w0 /proc/1/environ');
  const seen = Buffer.from(environment, 'base64').toString().split('\0');
  expect(seen).toEqual(expect.arrayContaining(values.map((value, index) => `V${index}=${value}`)));
});

test("an admin's own .nspawn file adds to it, and takes nothing away", async () => {
  await host.write(
    '/etc/systemd/nspawn/mail.nspawn',
    '[Files]\nBind=/etc/secret:/mnt/from-nspawn\n[Exec]\nEnvironment=NSPAWN=1\n',
  );
  await host.run('systemctl', 'daemon-reload');
  await reboot(host, 'mail');
  expect(
    await inGuest(host, 'mail', 'ls /mnt/from-nspawn; cat /mnt/shared/file; ! touch /usr/x; touch /var/x'),
  ).toBe('/mnt/from-nspawn\nfrom-host');
  expect(await inGuest(host, 'mail', "tr '\\0' '\\n' </proc/1/environ")).toMatch(/^NSPAWN=1$/m);
  await host.run('rm', '/etc/systemd/nspawn/mail.nspawn');
});

test('[Network] means what it means to nspawn: VirtualEthernet=no alone is the network of the host', async () => {
  await declare(host, 'shared', guestFile('[Network]\nVirtualEthernet=no\n'));
  await update(host, 'shared');
  await start(host, 'shared');
  const network = 'readlink /proc/self/ns/net';
  expect(await inGuest(host, 'shared', network)).toBe(await host.sh(network));
  await host.run('machinectl', 'terminate', 'shared');
});

test('a guest whose file has what systemd cannot read does not boot, whatever is there under its name', async () => {
  await host.sh(
    'mkdir -p /var/lib/machines/strange/usr; printf "ID=x" >/var/lib/machines/strange/usr/os-release',
  );
  const text = guestFile('[Exec]\nBoot=no \uFFFF\n');
  await declare(host, 'strange', text);
  expect(await host.sh('systemctl show -p ExecStart systemd-nspawn@strange')).toMatch(/path=\S*false ;/);
  expect((await host.try('systemctl start systemd-nspawn@strange')).exitCode).not.toBe(0);
  const { stdout } = await host.try(
    'journalctl --sync; systemctl status --full --lines=20 systemd-nspawn@strange',
  );
  expect(stdout).toContain('strange.guest:8:9: U+FFFF is not a character');
  // A directory or a pipe in its place is told, too, by each command.
  await host.sh(
    'cd /etc/ostree-guests; rm strange.guest; mkdir strange.guest; mkfifo mail.guest.d/pipe.conf',
  );
  for (const command of ['verify', 'verify strange', 'cat strange', 'cat mail', 'verify mail']) {
    const { all } = await host.try(`guestctl ${command}`);
    expect(all).toContain(
      command.endsWith('mail') ? 'pipe.conf:1:1: Cannot be read' : 'strange.guest:1:1: Cannot be read',
    );
    expect(all).not.toMatch(/^ +at .*\(/m);
  }
  await host.sh(
    'cd /etc/ostree-guests; rmdir strange.guest; rm mail.guest.d/pipe.conf; rm -r /var/lib/machines/strange',
  );
  await host.run('systemctl', 'daemon-reload');
});

test("by the parsers of this host's systemd, values mean what they mean here", async () => {
  const questions = [...tableQuestions, ...generatedQuestions(1000, 1)];
  copyFileSync(compileOracle(host.work), outside(host, '/var/oracle'));
  await host.write('/var/questions', request(questions));
  const answers = await host.sh(`/var/oracle "$(${findLibrary})" </var/questions`);
  expect(notMeant(questions, answers.split('\n'))).toEqual([]);

  const version = Number(await host.sh("systemctl --version | sed -n 's/^systemd \\([0-9]*\\).*/\\1/p'"));
  await host.write('/var/ask-nspawn', askNspawn(containerSettings));
  expect(notMeantOfContainers(containerSettings, await host.sh('sh /var/ask-nspawn'), version)).toEqual([]);

  for (const { name, text } of unitsOf(unitSettings)) await host.write(`/run/oracle/${name}`, text);
  const verify = 'systemd-analyze verify --man=no --recursive-errors=no /run/oracle/*';
  expect(notMeantOfUnits(unitSettings, (await host.try(verify)).stderr)).toEqual([]);
});

test('guestctl verify says what systemd-nspawn and systemd would find wrong only at the start', async () => {
  const wrong = {
    Exec: ['KillSignal=SIGFOO', 'Capability=CAP_FOO', 'LimitNOFILE=abc', 'Personality=sparc'],
    Files: [
      'Bind=srv/nothing:/mnt/a',
      'Overlay=/srv/lower:/srv/b:/mnt/b',
      'TemporaryFileSystem=/mnt/c:size=1Q',
      'BindUser=nobody-here',
    ],
    Network: ['Bridge=nobridge', 'MACVLAN=noif'],
    Service: ['LoadCredential=a:/etc/nothing', 'DeviceAllow=/dev/null x'],
    Update: ['OnCalendar=dayly', 'Action=now'],
  };
  const sections = Object.entries(wrong).map(([section, lines]) => `[${section}]\n${lines.join('\n')}\n`);
  await declare(host, 'wrong', guestFile(sections.join('')));
  const { stdout } = await host.try('guestctl verify wrong --output=json');
  const said = JSON.parse(stdout) as { line: number; message: string }[];
  const text = (await host.sh('cat /etc/ostree-guests/wrong.guest')).split('\n');
  const told = said.map(({ line }) => text[line - 1] ?? '');
  expect([...new Set(told)].toSorted()).toEqual(Object.values(wrong).flat().toSorted());
  expect(said.find(({ message }) => message.includes('CAP_FOO'))?.message).toMatch(/^systemd-nspawn says: /);
  await host.run('rm', '/etc/ostree-guests/wrong.guest');
});

test('a guest that gets ssh.authorized_keys.root as a credential has that key', async () => {
  await declare(
    host,
    'shell',
    guestFile('[Service]\nSetCredential=ssh.authorized_keys.root:ssh-ed25519 AAAA me\n'),
  );
  await update(host, 'shell');
  await start(host, 'shell');
  expect(await inGuest(host, 'shell', 'cat /root/.ssh/authorized_keys')).toBe('ssh-ed25519 AAAA me');
});

test('a broken edit leaves the running guest alone; its next start fails at once, and says why', async () => {
  const leader = await host.sh('machinectl show shell -p Leader');
  await declare(host, 'shell', guestFile('[Exec]\nBoot=no\n[Files]\nBind=/srv:/usr/local "%%" $x\n'));
  expect(await host.sh('machinectl show shell -p Leader')).toBe(leader);
  await host.run('machinectl', 'stop', 'shell');
  await reaches(host, 'shell', 'inactive');

  expect((await host.try('machinectl start shell')).exitCode).not.toBe(0);
  const { stdout } = await host.try(
    'journalctl --sync; systemctl status --lines=20 --full systemd-nspawn@shell',
  );
  expect(stdout).toContain('status=78/CONFIG');
  expect(stdout).toContain(
    "/etc/ostree-guests/shell.guest:8:6: 'no' is not right for Boot=. A guest is a whole machine",
  );
  expect(stdout).toContain(
    `shell.guest:10:6: '/srv:/usr/local "%" $x' is not right for Bind=. A guest's /usr is read-only`,
  );
  expect(stdout).toContain('Correct it, then: systemctl daemon-reload');

  await declare(host, 'shell');
  await start(host, 'shell');
  expect((await status(host, 'shell')).state).toBe('running');
});

test('guestctl verify says what only this host can tell, and cat and units show what it is made of', async () => {
  expect(await host.sh('guestctl verify mail')).toBe('mail: no problem');
  await declare(
    host,
    'wrong',
    `[Guest]\nRef=central:x\n[Update]\nOnCalendar=dayly\nSwitchOnCalendar=*-02-30\n[Files]\nBind=/srv/nowhere:/mnt/x\n[Service]\nCPUWeight=lots\n`,
  );
  const { exitCode, stdout } = await host.try('guestctl verify wrong');
  expect(exitCode).toBe(1);
  expect(stdout).toContain("/etc/ostree-guests/wrong.guest:2:5: The host has no remote 'central'");
  expect(stdout).toContain("wrong.guest:4:12: 'dayly' is not a calendar expression");
  expect(stdout).toContain("wrong.guest:5:18: '*-02-30' never comes");
  expect(stdout).toContain('wrong.guest:7:6: /srv/nowhere does not exist on this host');
  expect(stdout).toMatch(/wrong\.guest:9:11: systemd says: .*CPU ?[wW]eight/);
  expect(stdout).toContain('\n    OnCalendar=dayly\n               ^\n');
  const json = JSON.parse((await host.try('guestctl verify --output=json')).stdout) as {
    file: string;
    line: number;
  }[];
  expect(json).toContainEqual(
    expect.objectContaining({ file: '/etc/ostree-guests/wrong.guest', line: 4, column: 12 }),
  );
  expect((await host.try('guestctl verify --output=github wrong')).stdout).toMatch(
    /^::error file=.*wrong.guest,line=\d+,col=\d+::/,
  );

  await declare(
    host,
    'mail',
    `${await host.sh('cat /etc/ostree-guests/mail.guest')}\n[Files]\nTemporaryFileSystem=/scratch\n`,
  );
  expect((await host.try('guestctl verify mail')).stdout).toMatch(
    /:\d+:21: \/scratch is missing in the guest's tree/,
  );
  const merged = await host.sh('guestctl cat mail');
  expect(merged).toContain('# /etc/ostree-guests/mail.guest.d/50-limits.conf:2\nLimitMSGQUEUE=1000:2000');
  await host.write('/tmp/copy/mail.guest', merged);
  expect((await host.try('guestctl verify /tmp/copy/mail.guest')).stdout).toContain('/tmp/copy/mail.guest:');

  const units = await host.sh('guestctl units mail');
  const generated = await host.sh('cat /run/systemd/generator/systemd-nspawn@mail.service.d/50-guest.conf');
  expect(units).toContain(generated);
});

test('cat, units and completion know builds, too', async () => {
  await host.write('/etc/ostree-guests/tree.build', '[Build]\nCommand=mkdir /output/tree\n');
  await host.run('systemctl', 'daemon-reload');
  expect(await host.sh('guestctl cat tree')).toBe(
    '[Build]\n# /etc/ostree-guests/tree.build:2\nCommand=mkdir /output/tree',
  );
  const made = '/run/systemd/generator/ostree-guest-build@tree.service.d/50-guest.conf';
  expect(await host.sh('guestctl units tree')).toBe(`# ${made}\n${await host.sh(`cat ${made}`)}`);
  expect((await host.sh('guestctl complete declared')).split('\n')).toEqual(
    expect.arrayContaining(['mail', 'tree']),
  );
  expect((await host.try('guestctl cat nobody')).stderr).toMatch(
    /^No guest, build or mirror 'nobody' is declared/,
  );
});
