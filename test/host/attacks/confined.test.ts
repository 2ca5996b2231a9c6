// What a command sees and can do that our programs run confined (src/host/confined.ts), on the host as it is.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Confinement, settingsOf, treeCapabilities } from '../../../src/host/confined.ts';
import { bootHost, type Host } from '../host.ts';

let host: Host;
const guests = '/var/lib/ostree-guests';

beforeAll(async () => {
  host = await bootHost();
  await host.sh(`mkdir -p -m 700 ${guests}/{mail,web}/sysroot /srv/elsewhere /home/joe /root; echo secret | tee ${guests}/web/secret /root/secret /home/joe/secret
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
     for secret in /root /home /srv /boot /sysroot /ostree /etc/shadow /etc/ostree-guests /run/ostree-guests /run/systemd/private /run/dbus /var/lib/dpkg /proc/1/root; do
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
    `touch ${guests}/mail/own /tmp/own /var/tmp/own; chown 7:7 ${guests}/mail/own
     for path in / /usr /usr/bin /etc /var /var/lib ${guests} /etc/passwd /proc/sys/kernel/hostname /sys/kernel/uevent_helper; do
       if [ -d $path ]; then touch $path/x; else echo x >$path; fi 2>&- && { echo "wrote $path"; exit 1; }
     done; true`,
    { capabilities: treeCapabilities },
  );
  expect(await host.sh(`stat -c %u ${guests}/mail/own; ls /tmp /var/tmp | grep -x own || true`)).toBe('7');
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

test('Node runs in it, and OSTree', async () => {
  const { stdout } = await confined(
    `node -e 'console.log(process.version)'; ostree --repo=${guests}/mail/repo init --mode=bare
     ostree --repo=${guests}/mail/repo commit --branch=x --tree=dir=/usr/lib/systemd/system >/dev/null; ostree --repo=${guests}/mail/repo fsck | grep -c 'fsck of'`,
    { capabilities: treeCapabilities },
  );
  expect(stdout).toMatch(/^v\d+.*1$/s);
});
