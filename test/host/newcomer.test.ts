// What a new user does on a bare host: from installing our package to a web page and ssh, as another machine sees them.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackDebs } from './debs.ts';
import { eventually, status } from './guests.ts';
import { bootHost, type Host, outside } from './host.ts';
import { hostAddress, makeNeighbour, type Neighbour, proxyUrl } from './neighbour.ts';
import { nodePackage } from './node.ts';
import { checkout } from './paths.ts';
import { debIn, makePackages } from './product.ts';
import { hostRecipe, suite } from './recipe.ts';
import { Transcript } from './transcript.ts';

let host: Host;
let neighbour: Neighbour;
let output: string;

beforeAll(async () => {
  output = mkdtempSync(join(tmpdir(), 'ostree-guests-packages-'));
  host = await bootHost({
    ostree: false,
    isBare: true,
    product: undefined,
    prepare: async ({ root }) => {
      // networkd waits for udev to know a link. Every host that is no container has it.
      await unpackDebs(root, ['udev']);
      await useProxy(root);
    },
  });
  neighbour = await makeNeighbour(host);
  const deb = debIn(await makePackages(output, 'deb'));
  cpSync(deb, outside(host, join('/root', basename(deb))));
  await bringNode();
  await host.sh('apt-get --quiet=2 update');
  const { stdout } = await neighbour.try('ssh-keygen -q -N "" -f .ssh/id_ed25519; cat .ssh/id_ed25519.pub');
  await host.write('/root/.ssh/authorized_keys', `${stdout}\n`);
});
afterAll(async () => {
  await neighbour?.stop();
  await host?.stop();
  rmSync(output, { recursive: true });
});

/** The Node of Debian 12 is too old. */
async function bringNode(): Promise<void> {
  if (hostRecipe.node === undefined) return;
  cpSync(await nodePackage(hostRecipe.node), outside(host, '/root/node.deb'));
  await host.sh('apt-get --quiet=2 --yes install /root/node.deb; rm /root/node.deb');
}

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

const page = 'docs/first-guest.md';

test('from a bare host to a web page and ssh, answered outside of the host', async () => {
  const session = new Transcript({ try: (script) => host.try(`cd; ${script}`) });
  const typed = async (command: string, how = {}) => {
    const { exitCode, seconds } = await session.type(command, how);
    expect(exitCode).toBe(0);
    return seconds;
  };
  const beside = { on: neighbour, prompt: 'laptop$' };
  session.tell('# A first guest');
  session.tell(
    `A new user on a bare Debian 13 host (\`${hostAddress}\`): a minimal installation, the ostree-guests
package, and no OSTree repository. A test types this session on Debian 12, 13 and 14, and compares
the output. The commands are the same on all three, except that Debian 12 needs Node first: its own
is too old. "The clock" below has the times.`,
  );
  const install = 'apt install ./ostree-guests_*_all.deb';
  expect(readme).toContain(`    ${install} mmdebstrap\n`);
  const quiet = { keep: /(?!)/, isTimed: true };
  const begun = Date.now();
  const installing = await typed(`${install} --yes --quiet`, quiet);
  session.tell(
    'A template makes the tree of the guest. This command says what the templates need on this host:',
  );
  await typed('guestctl create --list-templates');
  const more = await typed('apt install mmdebstrap --yes --quiet', quiet);
  session.tell(
    `One command makes the guest: a Debian with nginx, and two of its ports published on the host. The
SSH keys that may log in to the host as root may log in to the guest, too:`,
  );
  expect(readme).toContain(`    ${create}\n`);
  const creating = await typed(create, { keep: steps, isTimed: true });
  session.tell('From another machine:');
  const fetch = `curl --silent http://${hostAddress}:8080/`;
  await eventually({ ...host, sh: async (script) => (await neighbour.try(script)).stdout }, fetch);
  await typed(`${fetch} | grep title`, beside);
  await typed(
    `ssh -p 2222 root@${hostAddress} 'hostname; systemctl is-system-running --wait; getent hosts deb.debian.org >/dev/null && echo DNS works; journalctl --quiet --unit=ssh | grep -q . && echo the journal works'`,
    beside,
  );
  const all = Math.round((Date.now() - begun) / 1000);
  session.tell('`create` wrote two files. They are yours to change:');
  await typed('cat /etc/ostree-guests/web.guest | grep -v SetCredential');
  await typed('cat /etc/ostree-guests/debian.build');
  expect(await status(host, 'web')).toMatchObject({ state: 'running', update: { timer: 'enabled' } });
  session.tell('## The clock');
  session.tell(
    `The times from the first command to the answer of ssh, on two cores that had other work, with a
package cache nearby:`,
  );
  session.tell(clock(`${installing + more} s | ${creating} s | ${all} s`));
  session.compareWith(page);
});

const releases: Readonly<Record<string, string>> = { bookworm: '12', trixie: '13', forky: '14' };

/** The table of the page, with the times of this host in place of those that it had. */
function clock(times: string): string {
  const before = existsSync(join(checkout(), page)) ? readFileSync(join(checkout(), page), 'utf8') : '';
  const rows = Object.entries(releases).map(([name, release]) => {
    const row = before.split('\n').find((line) => line.startsWith(`| Debian ${release} |`));
    return name === suite ? `| Debian ${release} | ${times} |` : (row ?? `| Debian ${release} | – | – | – |`);
  });
  const head = ['| host | `apt install` | `guestctl create` | all |', '| --- | --- | --- | --- |'];
  return [...head, ...rows].join('\n');
}
