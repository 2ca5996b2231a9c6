// What a command sees and can do that our programs run confined (src/host/confined.ts), on the host as it is.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Confinement, settingsOf, treeCapabilities } from '../../../src/host/confined.ts';
import { bootHost, type Host } from '../host.ts';

let host: Host;
const guests = '/var/lib/ostree-guests';

beforeAll(async () => {
  host = await bootHost();
  await host.sh(`echo '127.0.0.1 named.example' >>/etc/hosts; mkdir -p -m 700 ${guests}/{mail,web}/sysroot /srv/elsewhere /home/joe /root /dev/hugepages; mount -t tmpfs none /dev/hugepages
    echo secret | tee ${guests}/web/secret /root/secret /home/joe/secret /dev/shm/secret /dev/hugepages/secret
    mkdir -p /run/ostree-guests/web; ln -s ${guests}/web ${guests}/mail/link; ln -s /etc/shadow ${guests}/mail/shadow`);
});
afterAll(() => host?.stop());

/** Runs a script confined, as runConfined() does it. */
const confined = (script: string, more: Partial<Confinement> = {}) => {
  const confinement = { name: 'try', writable: [`${guests}/mail`], timeLimit: '5min', ...more };
  const properties = settingsOf(confinement, []).map(([key, value]) => `--property=${key}=${value}`);
  return host.run(
    'systemd-run',
    '--quiet',
    '--wait',
    '--pipe',
    '--collect',
    ...properties,
    'bash',
    '-euc',
    script,
  );
};

test('it sees its guest, /usr and a few files of /etc, and of all other guests and the host nothing', async () => {
  const { stdout } = await confined(
    `ls -d ${guests}/*; ls /; [ ! -e ${guests}/mail/link ]; [ ! -e ${guests}/mail/shadow ]
     for secret in /root /home /srv /boot /sysroot /ostree /etc/shadow /etc/ostree-guests /run/ostree-guests /run/systemd/private /run/dbus /var/lib/dpkg /proc/1/root /dev/shm/secret /dev/hugepages/secret; do
       [ ! -e $secret ] || echo "sees $secret"
     done`,
    { capabilities: treeCapabilities },
  );
  const seen = stdout.split('\n');
  expect(seen[0]).toBe(`${guests}/mail`);
  const root = seen.slice(1).filter((name) => !/^(s?bin|lib\w*)$/.test(name));
  expect(root).toEqual(['dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'usr', 'var']);
});

test("it writes in its guest's directory, and nowhere on the host", async () => {
  await confined(
    `touch ${guests}/mail/own /tmp/own /var/tmp/own; ! touch /dev/shm/own; chown 7:7 ${guests}/mail/own
     for path in / /usr /usr/bin /etc /var /var/lib ${guests} /etc/passwd /proc/sys/kernel/hostname /sys/kernel/uevent_helper; do
       if [ -d $path ]; then touch $path/x; else echo x >$path; fi 2>&- && { echo "wrote $path"; exit 1; }
     done; true`,
    { capabilities: treeCapabilities },
  );
  expect(
    await host.sh(`stat -c %u ${guests}/mail/own; ls /tmp /var/tmp /dev/shm | grep -x own || true`),
  ).toBe('7');
});

test('it has no capability, no network and no namespace that it was not given', async () => {
  const { stdout } = await confined(
    `grep CapEff /proc/self/status; ls /sys/class/net
     unshare --mount true 2>&- && echo unshared; unshare --user true 2>&- && echo user
     (: >/dev/tcp/127.0.0.1/1) 2>&1 | grep -o -m1 'Address family' | head -1; [ ! -e /dev/kmsg ] && [ ! -e /dev/vda ]`,
  );
  expect(stdout.split('\n')).toEqual(['CapEff:\t0000000000000000', 'lo', 'Address family']);
  const { stdout: net } = await confined('ls -d /etc/ssl; (: >/dev/tcp/127.0.0.1/1) 2>&1 || true', {
    network: true,
  });
  expect(net).toContain('Connection refused');
});

test('what talks to servers that a tree has chosen is nobody: it reads no guest, writes 8 MB, and reaches no local socket', async () => {
  const { stdout } = await confined(
    `echo "$UID"; id -G; chown 0 /tmp 2>&- || echo 'no capability'; ls / | grep -vE '^(s?bin|lib.*)$' | xargs; ls /dev | xargs
     for secret in ${guests} /etc/shadow /etc/ostree-guests /root /run/systemd/private /run/dbus /var/lib/dpkg /proc/1/root /dev/shm/secret /dev/hugepages/secret; do
       [ ! -e $secret ] || echo "sees $secret"
     done
     for path in / /usr /etc /var /var/tmp /run /dev; do ! touch $path/x 2>&- || echo "writes $path"; done
     for ((i = 0; i < 9; i++)); do printf '%*s' 1000000 x 2>&-; done >/tmp/large && echo 'writes 9 MB'
     perl -MSocket -e 'print socket(S, AF_UNIX, SOCK_STREAM, 0) ? "local sockets\\n" : "no local sockets\\n"'
     sleep 1 & kill $! 2>&- && echo 'sends signals'
     curl -s http://named.example:1 || echo "curl $?"; (: >/dev/tcp/127.0.0.1/1) 2>&1 | grep -o 'Connection refused' | tail -1`,
    { writable: [], network: true, isStranger: true },
  );
  expect(stdout.split('\n')).toEqual([
    '65534',
    '65534',
    'no capability',
    'dev etc run tmp usr',
    'null',
    'no local sockets',
    // It can resolve names, which takes threads and a pair of sockets: 6 would mean that it cannot.
    'curl 7',
    'Connection refused',
  ]);
});

test('Node runs in it, and OSTree', async () => {
  const { stdout } = await confined(
    `node -e 'console.log(process.version)'; ostree --repo=${guests}/mail/repo init --mode=bare
     ostree --repo=${guests}/mail/repo commit --branch=x --tree=dir=/usr/lib/systemd/system >/dev/null; ostree --repo=${guests}/mail/repo fsck | grep -c 'fsck of'`,
    { capabilities: treeCapabilities },
  );
  expect(stdout).toMatch(/^v\d+.*1$/s);
});
