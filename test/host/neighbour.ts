// A machine beside a host, in a network of their own: what is seen of the host's guests from outside. It is also the host's way
// to Debian's packages: a proxy for HTTP, and a name server that answers every question with its own address.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { cgroupOf, initProcess, within } from './cgroup.ts';
import { eventually } from './guests.ts';
import type { Host, Result } from './host.ts';
import { cachingProxy } from './proxy.ts';

export interface Neighbour {
  /** Runs a script beside the host, with this machine's programs. Its home directory is empty at first. */
  try(script: string): Promise<Result>;
  stop(): Promise<void>;
}

/** The addresses of both: RFC 5737. */
const neighbourAddress = '192.0.2.1';
export const hostAddress = '192.0.2.2';

export const proxyUrl = `http://${neighbourAddress}:3128`;

/** Gives a host a neighbour. The host's link is managed by nobody, like one of ifupdown. */
export async function makeNeighbour(host: Host): Promise<Neighbour> {
  const cgroup = join(cgroupOf(host.work), 'neighbour');
  const init = initProcess(cgroupOf(host.work));
  if (init === undefined) throw new Error('the host does not run');
  mkdirSync(cgroup);
  const home = join(host.work, 'neighbour');
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  makeSsh(home);
  const holder = execa(...within(cgroup, 'unshare', '--net', 'sleep', 'infinity'), { reject: false });
  const enter = ['nsenter', '-t', String(holder.pid), '-n'] as const;
  const run = (...command: string[]) =>
    execa(...within(cgroup, ...enter, ...command), { reject: false, all: true });
  // Until unshare has done it, the process is still in our own network.
  await execa('sh', [
    '-c',
    `until [ "$(readlink /proc/${holder.pid}/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done`,
  ]);
  const script = `ip link set lo up
    ip link add host type veth peer name uplink netns ${init}
    ip address add ${neighbourAddress}/24 dev host
    ip link set host up`;
  const links = await run('sh', '-euc', script);
  if (links.exitCode !== 0) throw new Error(links.all);
  await host.sh(`ip address add ${hostAddress}/24 dev uplink; ip link set uplink up
    ip route add default via ${neighbourAddress}
    echo nameserver ${neighbourAddress} >/etc/resolv.conf`);
  const proxy = await cachingProxy(join(home, 'proxy.sock'));
  void run('node', '-e', server, join(home, 'proxy.sock'));
  await eventually(host, `exec 3<>/dev/tcp/${neighbourAddress}/80`);
  return {
    try: async (script) => {
      const command = within(cgroup, ...enter, 'bash', '-euo', 'pipefail', '-c', script);
      const { exitCode, stdout, stderr, all } = await execa(...command, {
        reject: false,
        all: true,
        stdin: 'ignore',
        // Only a command that hangs takes as long.
        timeout: 600_000,
        cwd: home,
        env: { HOME: home, PATH: `${home}/bin:${process.env['PATH']}` },
      });
      return { exitCode: exitCode ?? 128, stdout, stderr, all };
    },
    stop: async () => proxy.stop(),
  };
}

/** ssh(1) takes the home directory of the user database. This one takes that of the neighbour. */
function makeSsh(home: string): void {
  const config = [`IdentityFile ${home}/.ssh/id_ed25519`, `UserKnownHostsFile ${home}/.ssh/known_hosts`];
  const more = ['StrictHostKeyChecking accept-new', 'PasswordAuthentication no', 'LogLevel ERROR'];
  writeFileSync(join(home, '.ssh/config'), [...config, ...more, ''].join('\n'));
  mkdirSync(join(home, 'bin'));
  const script = `#!/bin/sh\nexec /usr/bin/ssh -F ${home}/.ssh/config "$@"\n`;
  writeFileSync(join(home, 'bin/ssh'), script, { mode: 0o755 });
}

const server = `
const [socket] = process.argv.slice(1);
const net = require('node:net');
net.createServer((client) => {
  const proxy = net.connect(socket);
  for (const [one, other] of [[client, proxy], [proxy, client]]) one.on('error', () => other.destroy()).pipe(other);
}).listen(3128, '${neighbourAddress}');
require('node:http').createServer((_, response) => response.end('the neighbour\\n')).listen(80, '${neighbourAddress}');
// RFC 1035: the question comes back, with an A record behind it if that is what was asked for.
const names = require('node:dgram').createSocket('udp4');
names.on('message', (question, from) => {
  let end = 12;
  while (question[end]) end += question[end] + 1;
  const asked = question.subarray(0, end + 5);
  const isA = question.readUInt16BE(end + 1) === 1;
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...'${neighbourAddress}'.split('.').map(Number)]);
  const reply = Buffer.concat([asked, ...(isA ? [answer] : [])]);
  reply.writeUInt16BE(0x8180, 2);
  reply.writeUInt16BE(isA ? 1 : 0, 6);
  reply.writeUInt32BE(0, 8);
  names.send(reply, from.port, from.address);
}).bind(53, '${neighbourAddress}');
`;
