// A site: a host that builds and publishes, a mirror, three hosts with a guest each, and a lock server, in one network.
import { chmod, copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileInit } from '../campaign/init.ts';
import { end, eventually } from '../host/guests.ts';
import { bootHost, type Host, outside } from '../host/host.ts';
import { type MirrorServer, serveMirror } from '../host/http.ts';
import { makeKey } from '../host/keys.ts';
import { addressOf, center, type Lan, makeLan } from '../host/lan.ts';

/** Of the repository of the builder, and of that of the mirror: each is below what its host serves. */
export const repository = '/srv/mirror/site';
export const ref = 'site/web';
export const guest = 'web';
export const built = `/var/lib/ostree-guests/.builds/${guest}`;
/** What the build copies. */
const source = '/srv/tree';

const keyFile = '/etc/ostree-guests/site.asc';
const init = '/usr/lib/systemd/systemd';
const addresses = { builder: addressOf(2), mirror: addressOf(3) };

export interface Site {
  readonly builder: Host;
  readonly mirror: Host;
  /** Each has the guest `web`. The first is the canary, once the others wait. */
  readonly clients: readonly [Host, Host, Host];
  /** Returns the requests to the lock server, in their order. */
  lockRequests(): Promise<LockRequest[]>;
  readonly mirrorServer: MirrorServer;
  stop(): void;
}

/** Of the lock server, for clients that are no guests. */
export const simulated = { lockUrl: `http://${center}:8090`, group: 'simulated', slots: 40 };

interface LockRequest {
  readonly path: string;
  readonly status: string;
  /** The client: a guest of a host. */
  readonly id: string;
}

const locks = (work: string) => join(work, 'locks');

/** No more than one guest may be down. */
export async function makeSite(): Promise<Site> {
  const lan = await makeLan(process.execPath, (work) => [
    'build/lock-server.cjs',
    'airlock',
    `${center}:8090`,
    locks(work),
    'default=1',
    `${simulated.group}=${simulated.slots}`,
  ]);
  const hosts: Host[] = [];
  const boot = async (address: string) => {
    const host = await bootHost({ network: { lan, address } });
    hosts.push(host);
    return host;
  };
  const stop = () => {
    for (const host of hosts) void host.stop();
    lan.stop();
  };
  try {
    const [builder, mirror] = await Promise.all([boot(addresses.builder), boot(addresses.mirror)]);
    const clients = await Promise.all([boot(addressOf(4)), boot(addressOf(5)), boot(addressOf(6))]);
    await setUpBuilder(builder);
    const publicKey = await readFile(outside(builder, keyFile), 'utf8');
    const mirrorServer = await setUpMirror(mirror, publicKey);
    for (const client of clients) await setUpClient(client, publicKey);
    return { builder, mirror, clients, mirrorServer, lockRequests: () => lockRequests(lan), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function setUpBuilder(host: Host): Promise<void> {
  await makeBase(host);
  const key = await makeKey(host);
  await key.writePrivate('/etc/credstore/site.key');
  await host.sh(`mkdir -p ${repository} /etc/ostree-guests; cp ${key.path} ${keyFile}`);
  await host.write(
    `/etc/ostree-guests/${guest}.build`,
    `[Build]\nCommand=cp -r ${source}/. root\n\n[Files]\nBindReadOnly=${source}\n
[Publish]\nRepository=${repository}\nRef=${ref}\nGPGKey=/etc/credstore/site.key\n`,
  );
  await host.run('systemctl', 'daemon-reload');
  await serveBuilder(host);
}

/** Serves what is published. A power cut ends that. */
export const serveBuilder = (host: Host): Promise<MirrorServer> =>
  serveMirror(host, { address: addresses.builder });

async function setUpMirror(host: Host, publicKey: string): Promise<MirrorServer> {
  await host.sh(`mkdir -p ${repository}`);
  await host.write(keyFile, publicKey);
  await host.write(
    `/etc/ostree-guests/${guest}.mirror`,
    `[Mirror]\nURL=${builderUrl}\nGPGKeyPath=${keyFile}\nRef=site/*\nRepository=${repository}\n`,
  );
  await host.run('systemctl', 'daemon-reload');
  return serveMirror(host, { address: addresses.mirror });
}

export const builderUrl = `http://${addresses.builder}:8080/site`;
export const mirrorUrl = `http://${addresses.mirror}:8080/site`;

async function setUpClient(host: Host, publicKey: string): Promise<void> {
  await host.write(keyFile, publicKey);
  await host.write(
    `/etc/ostree-guests/${guest}.guest`,
    `[Guest]\nRef=site:${ref}\n\n[Remote]\nURL=${mirrorUrl}\nGPGKeyPath=${keyFile}\n\n[Update]\nAction=switch\n`,
  );
  await host.write('/etc/ostree-guests/guest.d/50-fleet.conf', `[Update]\nFleetLock=http://${center}:8090\n`);
  // In place of five minutes.
  await host.write(
    '/etc/systemd/system/ostree-guest-lock@.timer.d/often.conf',
    '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=10ms\n',
  );
  await host.run('systemctl', 'daemon-reload');
}

async function lockRequests({ work }: Lan): Promise<LockRequest[]> {
  const log = await readFile(join(locks(work), 'log'), 'utf8').catch(() => '');
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [path = '', status = '', id = ''] = line.split(' ');
      return { path, status, id };
    });
}

/** Follows requests: how many clients held a lock at the same time at the most, and how many hold one in the end. */
export function locksHeld(requests: readonly LockRequest[]): { most: number; left: number } {
  const held = new Set<string>();
  let most = 0;
  for (const { path, status, id } of requests) {
    if (status !== '200') continue;
    if (path === '/v1/pre-reboot') held.add(id);
    else held.delete(id);
    most = Math.max(most, held.size);
  }
  return { most, left: held.size };
}

/** The tree of a guest that boots in no time. */
async function makeBase(builder: Host): Promise<void> {
  const program = await compileInit(builder.work);
  await change(builder, {
    '/usr/lib/os-release': 'ID=site\nNAME=Site\nPRETTY_NAME=Site\n',
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    '/etc/group': 'root:x:0:\n',
  });
  const installed = join(outside(builder, source), init);
  await mkdir(dirname(installed), { recursive: true });
  await copyFile(program, installed);
  await chmod(installed, 0o755);
}

/** Changes what the builder makes a tree of. */
export async function change(builder: Host, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(outside(builder, source), path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** Builds, and waits until that is published. Returns the commit. */
export async function publish({ builder }: Pick<Site, 'builder'>): Promise<string> {
  await must(builder, `ostree-guest-build@${guest}`, 'build');
  await must(builder, `ostree-guest-publish@${guest}`, 'publish');
  return builder.sh(`ostree --repo=${repository} rev-parse ${ref}`);
}

/** Runs the mirror. Returns what it offers. */
export async function runMirror({ mirror }: Pick<Site, 'mirror'>): Promise<string> {
  await must(mirror, `ostree-guest-mirror@${guest}`, 'mirror');
  return mirror.sh(`ostree --repo=${repository} rev-parse ${ref}`);
}

/** Starts a service. If that fails, its journal is the error. */
async function must(host: Host, unit: string, step: string): Promise<void> {
  const { exitCode, all } = await host.try(`systemctl start ${unit}`);
  if (exitCode !== 0)
    throw new Error(
      `${all}\n${await host.sh(`journalctl --sync; journalctl -o cat -n 40 -t ostree-guest-${step}`)}`,
    );
}

/**
 * Updates the guests of some hosts, all at once, and waits until that and what follows from it has ended. Those of `back` are to go
 * back, which makes their update fail.
 */
export async function updateAll(clients: readonly Host[], back: readonly Host[] = []): Promise<void> {
  const unit = `ostree-guest-update@${guest}`;
  await Promise.all([
    ...clients.map((host) => must(host, unit, 'update')),
    ...back.map((host) => host.run('bash', '-c', `! systemctl start ${unit}`)),
  ]);
  await Promise.all([...clients, ...back].map(settled));
}

/** Waits until a guest neither changes nor waits for a lock, nor has one. */
async function settled(host: Host): Promise<void> {
  const units = ['update', 'switch', 'boot', 'assess', 'lock'].map((step) => `ostree-guest-${step}@${guest}`);
  for (;;) {
    await end(host, ...units);
    await eventually(host, `! ls /var/lib/ostree-guests/${guest}/lock*.json 2>/dev/null`);
    // What gave the lock back may have started something.
    const { exitCode } = await host.try(
      `! systemctl show --property=ActiveState ${units.join(' ')} | grep -E '=(activating|deactivating)$'`,
    );
    if (exitCode === 0) return;
  }
}

/** The bytes that a host has received and sent, as its network interface counts them: with the headers of all packets. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

async function traffic(host: Host): Promise<Traffic> {
  const [received, sent] = (await host.sh(`awk '$1 == "host0:" { print $2, $10 }' /proc/net/dev`)).split(' ');
  return { received: Number(received), sent: Number(sent) };
}

/** Counts what some hosts receive and send while something is done. */
export async function counted(hosts: readonly Host[], work: () => Promise<unknown>): Promise<Traffic[]> {
  const before = await Promise.all(hosts.map(traffic));
  await work();
  const after = await Promise.all(hosts.map(traffic));
  return after.map(({ received, sent }, index) => ({
    received: received - (before[index]?.received ?? 0),
    sent: sent - (before[index]?.sent ?? 0),
  }));
}

/** Returns the objects of a host's repository, with their sizes: all are compressed. */
export async function objects(host: Host): Promise<Map<string, number>> {
  const directory = join(outside(host, repository), 'objects');
  const files = (await readdir(directory, { recursive: true })).filter((name) => name.includes('.'));
  return new Map(
    await Promise.all(files.map(async (name) => [name, (await stat(join(directory, name))).size] as const)),
  );
}

/** A time while a guest was down: from the beginning of its stop, or of its end, until it was up again. In microseconds since 1970. */
export interface Outage {
  readonly host: number;
  readonly from: number;
  readonly to: number;
}

/** Message IDs of systemd: "Started" a unit, and what else is told of one that stops or fails. */
const isUp = '39f53479d3a045ac8e11786248231fbf';

/** Returns when a guest was down since it was started first, as the systemd of its host saw it. */
export async function outages(host: Host, index: number): Promise<Outage[]> {
  const journal = await host.sh(`journalctl --sync
    journalctl -o json --output-fields=MESSAGE_ID UNIT=systemd-nspawn@${guest}.service _PID=1`);
  const seen: Outage[] = [];
  let since: number | undefined;
  let wasUp = false;
  for (const line of journal.split('\n').filter(Boolean)) {
    const { MESSAGE_ID: id, __REALTIME_TIMESTAMP: time } = JSON.parse(line) as Record<string, string>;
    if (id === isUp) {
      if (since !== undefined) seen.push({ host: index, from: since, to: Number(time) });
      since = undefined;
      wasUp = true;
    } else if (wasUp && id !== undefined) since ??= Number(time);
  }
  return seen;
}
