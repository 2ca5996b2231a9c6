// What a new user does on a bare host with only our package installed: to a web page and ssh, as another machine sees them.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackDebs } from './debs.ts';
import { eventually, status } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { hostAddress, makeNeighbour, type Neighbour, proxyUrl } from './neighbour.ts';
import { checkout } from './paths.ts';
import { debIn, makePackages } from './product.ts';
import { Transcript } from './transcript.ts';

let host: Host;
let neighbour: Neighbour;
let output: string;

beforeAll(async () => {
  output = mkdtempSync(join(tmpdir(), 'ostree-guests-packages-'));
  host = await bootHost({
    ostree: false,
    product: undefined,
    prepare: async ({ root }) => {
      // networkd waits for udev to know a link.
      await unpackDebs(root, ['udev', 'libnss-mymachines']);
      await useProxy(root);
    },
  });
  neighbour = await makeNeighbour(host);
  cpSync(debIn(await makePackages(output, 'deb')), outside(host, '/srv/ostree-guests.deb'));
  await host.run('dpkg', '--install', '/srv/ostree-guests.deb');
  // The tests' hosts have it.
  await host.sh('dpkg --purge mmdebstrap; apt-get --quiet=2 update');
  const { stdout } = await neighbour.try('ssh-keygen -q -N "" -f .ssh/id_ed25519; cat .ssh/id_ed25519.pub');
  await host.write('/root/.ssh/authorized_keys', `${stdout}\n`);
});
afterAll(async () => {
  await neighbour?.stop();
  await host?.stop();
  rmSync(output, { recursive: true });
});

/** As a site does it whose hosts reach Debian by a proxy only. */
async function useProxy(root: string): Promise<void> {
  await mkdir(join(root, 'etc/systemd/system.conf.d'), { recursive: true });
  const forServices = `[Manager]\nDefaultEnvironment=http_proxy=${proxyUrl}\n`;
  await writeFile(join(root, 'etc/systemd/system.conf.d/proxy.conf'), forServices);
  await writeFile(join(root, 'etc/apt/apt.conf.d/proxy'), `Acquire::http::Proxy "${proxyUrl}";\n`);
}

const readme = readFileSync(join(checkout(), 'README.md'), 'utf8');
const create =
  'guestctl create web --build debian --install nginx --port 8080:80 --port 2222:22 --ssh-key ~/.ssh/authorized_keys --enable --start';

/** What create says itself, and not apt in the guest's tree. */
const steps = /^(Wrote|Made|Building debian:|Fetching|Deploying|Created from|Enabled|web runs|A shell) /;

test('from a bare host to a web page and ssh, answered outside of the host', async () => {
  const session = new Transcript(host);
  const typed = async (command: string, how = {}) => expect(await session.type(command, how)).toBe(0);
  const beside = { on: neighbour, prompt: 'laptop$' };
  session.tell('# A first guest');
  session.tell(
    `A new user on a bare Debian host (\`${hostAddress}\`), with only the ostree-guests package installed
and no OSTree repository. A test types this session and compares the output. The times are those
of two busy cores with a package cache nearby.`,
  );
  session.tell('A template makes the tree of the guest. What is missing for it is said first:');
  await typed('guestctl create --list-templates');
  const install = 'apt install mmdebstrap';
  expect(readme).toContain(`    ${install}\n`);
  await typed(`${install} --yes --quiet`, { keep: /(?!)/, isTimed: true });
  session.tell(
    `One command makes the guest: a Debian with nginx, two of its ports on the host, and root's login
for those who may log in to the host as root:`,
  );
  expect(readme).toContain(`    ${create}\n`);
  await typed(create, { keep: steps, isTimed: true });
  session.tell('From another machine:');
  const page = `curl --silent http://${hostAddress}:8080/`;
  await eventually({ ...host, sh: async (script) => (await neighbour.try(script)).stdout }, page);
  await typed(`${page} | grep title`, beside);
  await typed(
    `ssh -p 2222 root@${hostAddress} 'hostname; systemctl is-system-running --wait; getent hosts deb.debian.org >/dev/null && echo DNS works; journalctl --quiet --unit=ssh | grep -q . && echo the journal works'`,
    beside,
  );
  session.tell('`create` wrote two files. They are yours to change:');
  await typed('cat /etc/ostree-guests/web.guest | grep -v SetCredential');
  await typed('cat /etc/ostree-guests/debian.build');
  expect(await status(host, 'web')).toMatchObject({ state: 'running', update: { timer: 'enabled' } });
  session.compareWith('docs/first-guest.md');
});
