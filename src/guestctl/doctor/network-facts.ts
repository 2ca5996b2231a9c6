// Gathers the facts about the network of the host and of running guests; network-checks.ts judges them.

import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Guest } from '../../config/guest.ts';
import { rootLinkOf } from '../../config/paths.ts';
import { fewAtATime } from '../../host/few-at-a-time.ts';
import { isRoot } from '../../host/is-root.ts';
import { type Fields, parseFields } from '../../host/json-fields.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';
import { type Properties, parseShow, showUnits } from '../../host/systemctl.ts';
import { beginningInside, inside, kindInside } from '../../host/tree-files.ts';
import { driver } from '../../machine/driver.ts';
import type { GuestNetwork, HostNetwork, Listener, NetworkFacts, ServiceState } from './network-checks.ts';

/** In milliseconds: a host may hang, and so may the bus of a guest. */
const timeout = 5000;

export async function gatherNetwork(guests: readonly Guest[]): Promise<NetworkFacts> {
  const linked = guests.filter(({ machine }) => machine.network === 'veth');
  const [host, states] = await Promise.all([
    hostNetwork(),
    showUnits(
      linked.map(({ name }) => driver.unit(name)),
      ['ActiveState', 'ActiveEnterTimestampMonotonic'],
    ),
  ]);
  const running = linked.filter((_, index) => hasSettled(states[index] ?? {}));
  const stopped = linked.filter((_, index) => states[index]?.['ActiveState'] === 'inactive');
  return {
    host,
    // Only root may ask what runs in a guest.
    running: isRoot() ? await fewAtATime(running, guestNetwork) : [],
    stopped: stopped.map(({ name }) => name),
  };
}

/** True if a guest has run for ten seconds: before, it may still wait for its address. */
function hasSettled(state: Properties): boolean {
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const since = Number(state['ActiveEnterTimestampMonotonic'] ?? 0) / 1e6;
  return state['ActiveState'] === 'active' && uptime - since > 10;
}

async function hostNetwork(): Promise<HostNetwork> {
  const names = [
    'systemd-networkd',
    'NetworkManager',
    'networking',
    'firewalld',
    'nftables',
    'systemd-networkd-wait-online',
  ];
  const [units, links, sockets] = await Promise.all([
    showUnits(
      names.map((name) => `${name}.service`),
      ['ActiveState', 'UnitFileState'],
    ),
    run('networkctl', ['--json=short', 'list'], { timeout }),
    run('ss', ['-Hltnp'], { timeout }),
  ]);
  const isActive = (name: string) => units[names.indexOf(name)]?.['ActiveState'] === 'active';
  const uplink = managesUplink(links.stdout)
    ? 'systemd-networkd'
    : isActive('NetworkManager')
      ? 'NetworkManager'
      : isActive('networking')
        ? 'ifupdown'
        : undefined;
  return {
    networkd: isActive('systemd-networkd'),
    uplink,
    firewall: isActive('firewalld')
      ? 'firewalld'
      : isUfwEnabled(text('/etc/ufw/ufw.conf'))
        ? 'ufw'
        : isActive('nftables')
          ? 'nftables'
          : undefined,
    waitsForNetworkd: units[names.indexOf('systemd-networkd-wait-online')]?.['UnitFileState'] === 'enabled',
    resolvesGuests: /^\s*hosts:.*\bmymachines\b/m.test(text('/etc/nsswitch.conf')),
    hasNameServers: hasServers(text('/run/systemd/resolve/resolv.conf') || text('/etc/resolv.conf')),
    listeners: parseListeners(sockets.stdout),
    addresses: Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)),
  };
}

const text = (file: string): string => unlessMissing(() => readFileSync(file, 'utf8')) ?? '';

/** True if ufw(8) is on. Its unit does not tell: `ufw enable` does not start it, and it is started where ufw is off. */
export const isUfwEnabled = (conf: string): boolean => /^ENABLED=["']?yes\b/m.test(conf);

/** True if systemd-networkd has set up another link than those of machines: networkctl(1), --json=. */
export function managesUplink(answer: string): boolean {
  return linksIn(answer).some((link) => {
    const state = link.optionalText('AdministrativeState');
    return (
      !/^(lo$|v[ebtz]-)/.test(link.optionalText('Name') ?? '') &&
      (state === 'configured' || state === 'configuring')
    );
  });
}

function linksIn(answer: string): Fields[] {
  try {
    return parseFields(answer).list('Interfaces');
  } catch {
    // It failed, or is older than the option.
    return [];
  }
}

/** True if a resolv.conf(5) names a server that is not the machine itself. */
export const hasServers = (resolvConf: string): boolean =>
  /^nameserver\s+(?!127\.|::1|0\.0\.0\.0|fe80:|\S*%)\S/m.test(resolvConf);

/** Parses the output of ss(8), -Hltnp. */
export function parseListeners(output: string): Listener[] {
  return output.split('\n').flatMap((line) => {
    const local = line.trim().split(/\s+/)[3] ?? '';
    const [, address, port] = /^(.*):(\d+)$/.exec(local) ?? [];
    if (address === undefined || port === undefined) return [];
    const [, name, pid] = /users:\(\("(.*?)",pid=(\d+)/.exec(line) ?? [];
    return [
      {
        address: address.replaceAll(/[[\]]|%.*/g, ''),
        port,
        program: name === undefined ? undefined : `${name} (PID ${pid})`,
      },
    ];
  });
}

async function guestNetwork(guest: Guest): Promise<GuestNetwork> {
  const [addresses, services, closed] = await Promise.all([
    driver.addresses(guest.name),
    servicesIn(guest.name),
    closedPorts(guest),
  ]);
  return {
    guest,
    addresses: addresses.filter((address) => !/^(fe80:|169\.254\.)/.test(address)),
    services: services && {
      networkd: services.get('systemd-networkd') ?? 'missing',
      others: others.filter((name) => services.get(name) === 'active'),
    },
    names: namesOf(guest, services?.get('systemd-resolved')),
    closed,
  };
}

/** Other services that set up links. */
const others = ['NetworkManager', 'networking', 'dhcpcd', 'connman', 'wicked'];

/** Asks the systemd of a guest. Returns undefined if it does not answer. */
async function servicesIn(machine: string): Promise<Map<string, ServiceState> | undefined> {
  const names = ['systemd-networkd', 'systemd-resolved', ...others];
  const { exitCode, stdout } = await driver.systemctl(
    machine,
    ['show', '--property=LoadState,ActiveState', '--', ...names.map((name) => `${name}.service`)],
    (file, args) => run(file, args, { timeout, most: 64 << 10 }),
  );
  if (exitCode !== 0) return undefined;
  const shown = parseShow(stdout);
  return new Map(names.map((name, index) => [name, stateOf(shown[index] ?? {})]));
}

const stateOf = (shown: Properties): ServiceState =>
  shown['LoadState'] !== 'loaded' ? 'missing' : shown['ActiveState'] === 'active' ? 'active' : 'disabled';

/** Looks at /etc/resolv.conf of a guest, without following a link. What ResolvConf= mounts there is not seen from here. */
function namesOf(guest: Guest, resolved: ServiceState | undefined): GuestNetwork['names'] {
  if (guest.values.last('Exec', 'ResolvConf') !== undefined) return undefined;
  const path = 'etc/resolv.conf';
  try {
    const root = realpathSync(rootLinkOf(guest.name));
    const kind = kindInside(root, path);
    if (kind === undefined) return 'no server';
    if (kind === 'link') {
      if (!/^(\.\.)?\/run\/systemd\/resolve\//.test(readlinkSync(inside(root, path)))) return undefined;
      return resolved === undefined ? undefined : resolved === 'active' ? 'some server' : 'stopped resolved';
    }
    const beginning = beginningInside(root, path, 64 << 10);
    if (beginning === undefined) return undefined;
    // A server in the guest is one, too.
    return /^nameserver\s+\S/m.test(beginning) ? 'some server' : 'no server';
  } catch {
    // Only root may look, or the guest has changed it meanwhile.
    return undefined;
  }
}

/** Returns the sockets of its ports that do not listen. */
async function closedPorts({ name, machine }: Guest): Promise<GuestNetwork['closed']> {
  const units = machine.proxies.map((proxy) => `ostree-guest-port@${name}_${proxy.name}.socket`);
  const states = await showUnits(units, ['ActiveState']);
  return machine.proxies.flatMap(({ listens }, index) =>
    states[index]?.['ActiveState'] === 'active'
      ? []
      : listens.map((listen) => ({ listen, unit: units[index] ?? '' })),
  );
}
