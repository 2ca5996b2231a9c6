// Judges the network of the host and of running guests. Facts in, findings out.
import { type Guest, placeOf } from '../../config/guest.ts';
import { overlap, type Port, portsOf } from '../../config/ports.ts';
import type { Finding } from '../../machine/finding.ts';

/** A socket of the host that waits for connections. */
export interface Listener {
  /** IPv6 without brackets; `*` for all addresses. */
  readonly address: string;
  readonly port: string;
  /** The program; undefined if only root may know. */
  readonly program: string | undefined;
}

/** The network of the host, as far as guests depend on it. */
export interface HostNetwork {
  readonly networkd: boolean;
  /** What connects the host itself; undefined if unknown. */
  readonly uplink: 'systemd-networkd' | 'NetworkManager' | 'ifupdown' | undefined;
  readonly firewall: 'firewalld' | 'nftables' | 'ufw' | undefined;
  /** True if systemd-networkd-wait-online is enabled. */
  readonly waitsForNetworkd: boolean;
  /** True if programs of the host find guests by name: nss-mymachines(8). */
  readonly resolvesGuests: boolean;
  /** True if the host knows a name server that guests reach, too. */
  readonly hasNameServers: boolean;
  readonly listeners: readonly Listener[];
  /** Its addresses, as RFC 5952 writes them. */
  readonly addresses: readonly string[];
}

/** A service in a guest: `disabled` if it is installed and does not run. */
export type ServiceState = 'active' | 'disabled' | 'missing';

/** The network of a guest that has run for a while and has a link to the host. */
export interface GuestNetwork {
  readonly guest: Guest;
  /** Its addresses that others can reach. */
  readonly addresses: readonly string[];
  /** The services in it that could give it an address; undefined if its systemd does not answer. */
  readonly services: { readonly networkd: ServiceState; readonly others: readonly string[] } | undefined;
  /** Where it learns names from; undefined if unknown. */
  readonly names: 'some server' | 'no server' | 'stopped resolved' | undefined;
  /** Sockets of its ports that are not open, as ListenStream= has them, with their units. */
  readonly closed: readonly { readonly listen: string; readonly unit: string }[];
}

export interface NetworkFacts {
  readonly host: HostNetwork;
  readonly running: readonly GuestNetwork[];
  /** The names of guests that are down. */
  readonly stopped: readonly string[];
}

export const networkFindings = (
  { host, running, stopped }: NetworkFacts,
  guests: readonly Guest[],
): readonly Finding[] => {
  const linked = guests.filter(({ machine }) => machine.network === 'veth');
  const addresses = running.flatMap((guest) => addressFinding(guest, host));
  const others = [
    ...running.flatMap((guest) => nameServerFinding(guest, host)),
    ...running.flatMap((guest) => portFindings(guest, host)),
    ...guests
      .filter(({ name }) => stopped.includes(name))
      .flatMap((guest) => takenPorts(guest, guests, host)),
    ...sharedPorts(guests),
    ...guests.flatMap((guest) => foreignAddresses(guest, host)),
  ];
  const ofHost = linked.length === 0 ? [] : [...nameFinding(host), ...waitFinding(host)];
  return [networkFinding(host, linked, running), ...addresses, ...others, ...ofHost];
};

const check = 'network';
const warning = (message: string, remedy: string): Finding => ({ check, state: 'warning', message, remedy });

function networkFinding(
  { networkd, uplink }: HostNetwork,
  linked: readonly Guest[],
  running: readonly GuestNetwork[],
): Finding {
  if (linked.length === 0) return { check, state: 'good', message: 'no guest has a link to the host' };
  const inNeed = running.filter(({ guest }) => guest.machine.usesNetworkd).map(({ guest }) => guest.name);
  if (!networkd && inNeed.length > 0)
    return warning(
      `systemd-networkd is not running, so the link of ${inNeed.slice(0, 3).join(', ')} has no address unless something else assigns one`,
      'Run: systemctl restart ostree-guest-network; if it does not start it: journalctl -u ostree-guest-network',
    );
  const gives = networkd
    ? 'systemd-networkd gives guests addresses'
    : 'systemd-networkd is started with the first guest';
  const message = uplink === undefined ? gives : `${gives}; ${uplink} connects this host`;
  return { check, state: 'good', message };
}

function addressFinding({ guest, addresses, services }: GuestNetwork, host: HostNetwork): Finding[] {
  const { name, machine } = guest;
  if (addresses.length > 0) return [];
  const has = (why: string, remedy: string) => [warning(`${name} has no address: ${why}`, remedy)];
  if (services === undefined)
    return has('its systemd does not answer', `Look at its journal: guestctl logs --inside ${name}`);
  if (services.networkd === 'missing' && services.others.length === 0)
    return has(
      'there is no systemd-networkd in it, and no other service that we know sets up its link, host0',
      'Add systemd-networkd, enabled, to its tree',
    );
  if (services.networkd === 'disabled' && services.others.length === 0)
    return has(
      'systemd-networkd is not running in it',
      `Run: guestctl shell ${name} systemctl enable --now systemd-networkd`,
    );
  if (!machine.usesNetworkd)
    return has('nothing on its bridge assigns one', 'Check the DHCP server on the bridge');
  if (!host.networkd)
    return has('systemd-networkd is not running on this host', 'See: journalctl -u ostree-guest-network');
  if (services.networkd !== 'active')
    return has(
      `${services.others.join(', ')} in it has not set up its link, host0`,
      `See: guestctl shell ${name} journalctl -b -u ${services.others[0]}`,
    );
  if (host.firewall !== undefined)
    return has(
      `${host.firewall} may drop what it asks the DHCP server of this host`,
      `${openFirewall[host.firewall].replaceAll('ve-NAME', `ve-${name}`)}. Then: guestctl reboot ${name}`,
    );
  return has(
    'systemd-networkd runs in it and on this host, but the guest gets no answer. A firewall may drop its requests (UDP port 67)',
    `See: networkctl status ve-${name}; nft list ruleset; docs/networking.md, "Firewalls"`,
  );
}

const openFirewall: Readonly<Record<NonNullable<HostNetwork['firewall']>, string>> = {
  firewalld:
    'Run: firewall-cmd --permanent --zone=trusted --add-interface=ve-+ --add-interface=vz-+; firewall-cmd --reload',
  nftables: 'Accept udp dport 67 from iifname "ve-*" in the input chain, and ve-* in the forward chain',
  ufw: 'Run: ufw allow in on ve-NAME to any port 67 proto udp; ufw route allow in on ve-NAME; ufw route allow out on ve-NAME',
};

function nameServerFinding({ guest, addresses, names }: GuestNetwork, host: HostNetwork): Finding[] {
  const { name } = guest;
  if (addresses.length === 0 || names === undefined || names === 'some server') return [];
  if (names === 'stopped resolved')
    return [
      warning(
        `${name} has no DNS: its /etc/resolv.conf is that of systemd-resolved, which is not running in it`,
        `Run: guestctl shell ${name} systemctl enable --now systemd-resolved`,
      ),
    ];
  return [
    host.hasNameServers
      ? warning(
          `${name} has no DNS: its /etc/resolv.conf names no server`,
          `Its next start writes those of this host: guestctl reboot ${name}`,
        )
      : warning(
          `${name} has no DNS: its /etc/resolv.conf names no server, and that of this host none that guests reach`,
          'Name a server other than 127.0.0.0/8 on this host, or in /etc/resolv.conf of the guest',
        ),
  ];
}

function portFindings({ guest, closed }: GuestNetwork, { listeners }: HostNetwork): Finding[] {
  return closed.map(({ listen, unit }) => {
    const other = listeners.find((one) => takes(one, listen));
    if (other) return taken(guest, listen, other, `; then: systemctl restart ${unit}`);
    const message = `${listen} for ${guest.name} is not open (${placeOf(guest, 'Network', 'Port')})`;
    const remedy = `Run: systemctl start ${unit}; if that fails: systemctl status ${unit}`;
    return { check: 'ports', state: 'warning', message, remedy };
  });
}

/** Finds ports of a guest that is down and that other programs have. What another guest has, sharedPorts() tells. */
function takenPorts(guest: Guest, guests: readonly Guest[], { listeners }: HostNetwork): Finding[] {
  const ofOthers = guests.filter((one) => one !== guest).flatMap(({ values }) => portsOf(values));
  return guest.machine.proxies.flatMap(({ listens }) =>
    listens.flatMap((listen) => {
      const port = listen.slice(listen.lastIndexOf(':') + 1);
      const other = listeners.find((one) => takes(one, listen));
      return other && !ofOthers.some(({ host }) => host === port) ? [taken(guest, listen, other)] : [];
    }),
  );
}

const taken = (guest: Guest, listen: string, { program }: Listener, then = ''): Finding => ({
  check: 'ports',
  state: 'warning',
  message: `${listen} for ${guest.name} is taken by ${program ?? 'another program'} (${placeOf(guest, 'Network', 'Port')})`,
  remedy: `Stop that program, or change Port=${then}`,
});

/** True if a program that listens there keeps another one from listening at ADDRESS:PORT. */
function takes({ address, port }: Listener, listen: string): boolean {
  const at = listen.lastIndexOf(':');
  const wanted = listen.slice(0, at).replaceAll(/[[\]]/g, '');
  return port === listen.slice(at + 1) && [wanted, '*', '0.0.0.0', '::'].includes(address);
}

/** Finds ports of the host that two guests have. Which of them gets it depends on which starts first. */
function sharedPorts(guests: readonly Guest[]): Finding[] {
  const all = guests.flatMap((guest) => portsOf(guest.values).map((port) => ({ guest, port })));
  return all.flatMap(({ guest, port }, index) => {
    const first = all.slice(0, index).find((other) => other.guest !== guest && overlap(other.port, port));
    if (!first) return [];
    const message = `${shownPort(port)} of ${guest.name} and ${shownPort(first.port)} of ${first.guest.name} are one port of this host`;
    const { file, line } = port.setting.at;
    const remedy = `Change one of them: ${file}:${line}`;
    return [{ check: 'ports', state: 'warning' as const, message, remedy }];
  });
}

/** Finds ports of addresses that this host does not have: a socket waits there until it has. */
function foreignAddresses({ name, values }: Guest, host: HostNetwork): Finding[] {
  return portsOf(values).flatMap(({ address, setting }) => {
    const { file, line } = setting.at;
    return address === undefined || address.startsWith('127.') || host.addresses.includes(normal(address))
      ? []
      : [
          {
            check: 'ports',
            state: 'warning' as const,
            message: `Port=${setting.value} of ${name} answers nowhere: this host does not have that address (${file}:${line})`,
            remedy: `It has ${host.addresses.slice(0, 4).join(', ')}`,
          },
        ];
  });
}

/** Returns an address without brackets, IPv6 in its short form. */
const normal = (address: string): string => new URL(`http://${address}`).hostname.replaceAll(/[[\]]/g, '');

const shownPort = ({ setting }: Port): string => `Port=${setting.value}`;

function nameFinding({ resolvesGuests }: HostNetwork): Finding[] {
  if (resolvesGuests) return [{ check: 'names', state: 'good', message: 'guests have names on this host' }];
  const message = 'Names of guests do not resolve on this host';
  const remedy =
    'Install libnss-mymachines (Fedora: systemd-container has it), and see nss-mymachines(8) for /etc/nsswitch.conf';
  return [{ check: 'names', state: 'warning', message, remedy }];
}

function waitFinding({ waitsForNetworkd, uplink }: HostNetwork): Finding[] {
  if (!waitsForNetworkd || uplink === 'systemd-networkd') return [];
  return [
    warning(
      'systemd-networkd-wait-online is enabled, but systemd-networkd does not connect this host: what waits for network-online.target waits for 2 minutes at each boot',
      'Run: systemctl disable systemd-networkd-wait-online',
    ),
  ];
}
