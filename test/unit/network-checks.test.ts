// What doctor makes of the network of the host and of running guests.
import { expect, test } from 'vitest';
import {
  type GuestNetwork,
  type HostNetwork,
  networkFindings,
} from '../../src/guestctl/doctor/network-checks.ts';
import {
  hasServers,
  isUfwEnabled,
  managesUplink,
  parseListeners,
} from '../../src/guestctl/doctor/network-facts.ts';
import { guestOf } from './read.ts';

const host: HostNetwork = {
  networkd: true,
  uplink: 'NetworkManager',
  firewall: undefined,
  waitsForNetworkd: false,
  resolvesGuests: true,
  hasNameServers: true,
  listeners: [],
  addresses: ['127.0.0.1', '::1', '192.0.2.1', '2001:db8::1'],
};
const mail = guestOf('[Guest]\nRef=site:x\n[Network]\nPort=8080:80\n');
const well: GuestNetwork = {
  guest: mail,
  addresses: ['192.168.1.2'],
  services: { networkd: 'active', others: [] },
  names: 'some server',
  closed: [],
};

const messages = (of: Partial<HostNetwork>, guest: Partial<GuestNetwork> = {}): string[] =>
  networkFindings({ host: { ...host, ...of }, running: [{ ...well, ...guest }], stopped: [] }, [mail])
    .filter(({ state }) => state !== 'good')
    .map(({ message, remedy }) => `${message}. ${remedy}`);

test('a host and a guest on which all is well', () => {
  const found = networkFindings({ host, running: [well], stopped: [] }, [mail]);
  expect(found).toEqual([
    {
      check: 'network',
      state: 'good',
      message: 'systemd-networkd gives guests addresses; NetworkManager connects this host',
    },
    { check: 'names', state: 'good', message: 'guests have names on this host' },
  ]);
});

test('a host before its first guest runs, and one whose guests need no link', () => {
  const before = networkFindings(
    { host: { ...host, networkd: false, uplink: undefined }, running: [], stopped: [] },
    [mail],
  );
  expect(before[0]).toMatchObject({
    state: 'good',
    message: 'systemd-networkd is started with the first guest',
  });
  const own = guestOf('[Guest]\nRef=site:x\n[Network]\nVirtualEthernet=no\n');
  expect(
    networkFindings({ host: { ...host, resolvesGuests: false }, running: [], stopped: [] }, [own]),
  ).toEqual([{ check: 'network', state: 'good', message: 'no guest has a link to the host' }]);
});

const none = { addresses: [] };
const noNetworkd = { networkd: 'missing', others: [] } as const;

test.each<[Partial<HostNetwork>, Partial<GuestNetwork>, string]>([
  [{}, { ...none, services: undefined }, 'mail has no address: its systemd does not answer'],
  [{}, { ...none, services: noNetworkd }, 'mail has no address: there is no systemd-networkd in it'],
  [
    {},
    { ...none, services: { networkd: 'disabled', others: [] } },
    'mail has no address: systemd-networkd is not running in it. Run: guestctl shell mail systemctl enable --now systemd-networkd',
  ],
  [
    {},
    { ...none, services: { networkd: 'disabled', others: ['NetworkManager'] } },
    'mail has no address: NetworkManager in it has not set up its link',
  ],
  [{ firewall: 'firewalld' }, none, 'mail has no address: firewalld may drop'],
  [{ firewall: 'nftables' }, none, 'mail has no address: nftables may drop'],
  [
    { firewall: 'ufw' },
    none,
    'Run: ufw allow in on ve-mail to any port 67 proto udp; ufw route allow in on ve-mail; ufw route allow out on ve-mail. Then: guestctl reboot mail',
  ],
  [{}, none, 'mail has no address: systemd-networkd runs in it and on this host'],
  [
    {},
    { names: 'no server' },
    'mail has no DNS: its /etc/resolv.conf names no server. Its next start writes',
  ],
  [
    { hasNameServers: false },
    { names: 'no server' },
    'mail has no DNS: its /etc/resolv.conf names no server, and that of this host none that guests reach',
  ],
  [{}, { names: 'stopped resolved' }, 'mail has no DNS: its /etc/resolv.conf is that of systemd-resolved'],
  [{ resolvesGuests: false }, {}, 'Names of guests do not resolve on this host. Install libnss-mymachines'],
  [{ waitsForNetworkd: true }, {}, 'systemd-networkd-wait-online is enabled'],
])('on a host with %j, a guest with %j gets one finding: %s', (of, guest, message) => {
  const found = messages(of, guest);
  expect(found).toEqual([expect.stringContaining(message)]);
});

test('a host without systemd-networkd is told so once, and by each guest', () => {
  expect(messages({ networkd: false }, none)).toEqual([
    expect.stringContaining('systemd-networkd is not running, so the link of mail has no address'),
    expect.stringContaining('mail has no address: systemd-networkd is not running on this host'),
  ]);
});

test('a host that systemd-networkd connects may wait for it', () => {
  expect(messages({ waitsForNetworkd: true, uplink: 'systemd-networkd' })).toEqual([]);
});

test('a guest on a bridge of the site needs nothing of this host', () => {
  const guest = guestOf('[Guest]\nRef=site:x\n[Network]\nBridge=br0\n');
  const running = [{ ...well, ...none, guest }];
  const found = networkFindings({ host: { ...host, networkd: false }, running, stopped: [] }, [guest]);
  expect(found.filter(({ state }) => state !== 'good')).toMatchObject([
    { message: 'mail has no address: nothing on its bridge assigns one' },
  ]);
});

const unit = 'ostree-guest-port@mail_8080_80.socket';

test.each([
  ['127.0.0.1:8080', 'is taken by nginx (PID 7)'],
  ['192.0.2.1:8080', 'is not open'],
  ['[::1]:8080', 'is not open'],
])('a port that is closed on %s %s', (listen, why) => {
  const listeners = [{ address: '127.0.0.1', port: '8080', program: 'nginx (PID 7)' }];
  expect(messages({ listeners }, { closed: [{ listen, unit }] })).toEqual([
    expect.stringContaining(`${listen} for mail ${why} (mail.guest:4)`),
  ]);
});

test('the port of a stopped guest that another program has taken is found', () => {
  const listeners = [
    { address: '*', port: '8080', program: undefined },
    { address: '192.0.2.1', port: '8080', program: 'nginx (PID 7)' },
  ];
  const ports = (stopped: readonly string[], guests = [mail]) =>
    networkFindings({ host: { ...host, listeners }, running: [], stopped }, guests)
      .filter(({ check }) => check === 'ports')
      .map(({ message }) => message);
  expect(ports(['mail'])).toEqual(['127.0.0.1:8080 for mail is taken by another program (mail.guest:4)']);
  expect(ports([])).toEqual([]);
  const other = guestOf('[Guest]\nRef=site:x\n[Network]\nPort=8080:81\n');
  expect(ports(['mail'], [mail, other])).toEqual([expect.stringContaining('are one port of this host')]);
});

test('a port on an address that this host does not have is found', () => {
  const ports = [
    '192.0.2.1:80',
    '192.0.2.2:80',
    '127.0.0.9:80',
    '[2001:DB8:0::1]:80',
    '[2001:db8::2]:80',
    '81',
  ];
  const guest = guestOf(`[Guest]\nRef=site:x\n[Network]\n${ports.map((port) => `Port=${port}\n`).join('')}`);
  const found = networkFindings({ host, running: [], stopped: [] }, [guest]);
  expect(found.filter(({ check }) => check === 'ports').map(({ message }) => message)).toEqual([
    'Port=192.0.2.2:80 of mail answers nowhere: this host does not have that address (mail.guest:5)',
    'Port=[2001:db8::2]:80 of mail answers nowhere: this host does not have that address (mail.guest:8)',
  ]);
});

test('two guests that forward one port are named together', () => {
  const guests = [mail, guestOf('[Guest]\nRef=site:x\n[Network]\nPort=127.0.0.1:8080:81\nPort=udp:8080\n')];
  expect(
    networkFindings({ host, running: [], stopped: [] }, guests).filter(({ check }) => check === 'ports'),
  ).toMatchObject([
    { message: 'Port=127.0.0.1:8080:81 of mail and Port=8080:80 of mail are one port of this host' },
  ]);
});

test('sockets that listen are read from ss(8)', () => {
  const output = `LISTEN 0      4096   127.0.0.1:8080 0.0.0.0:* users:(("systemd-socket-",pid=1132,fd=3),("systemd",pid=1,fd=81))
LISTEN 0      128             *:22         *:*
LISTEN 0      128          [::]:80      [::]:*    users:(("nginx",pid=9,fd=3))
LISTEN 0      128    [fe80::1]%ve-web:53      [::]:*
`;
  expect(parseListeners(output)).toEqual([
    { address: '127.0.0.1', port: '8080', program: 'systemd-socket- (PID 1132)' },
    { address: '*', port: '22', program: undefined },
    { address: '::', port: '80', program: 'nginx (PID 9)' },
    { address: 'fe80::1', port: '53', program: undefined },
  ]);
});

test.each([
  ['', false],
  ['no json', false],
  ['{}', false],
  [
    '{"Interfaces":[{"Name":"lo","AdministrativeState":"unmanaged"},{"Name":"ve-web","AdministrativeState":"configured"}]}',
    false,
  ],
  ['{"Interfaces":[{"Name":"eth0","AdministrativeState":"unmanaged"}]}', false],
  ['{"Interfaces":[{"Name":"eth0","AdministrativeState":"configured"}]}', true],
])('networkctl prints %j: systemd-networkd manages the uplink: %s', (answer, expected) => {
  expect(managesUplink(answer)).toBe(expected);
});

test.each([
  ['', false],
  ['# ENABLED=yes\nENABLED=no\n', false],
  ['ENABLED=yes\nLOGLEVEL=low\n', true],
  ['ENABLED="yes"\n', true],
])('ufw.conf is %j: ufw is on: %s', (text, expected) => {
  expect(isUfwEnabled(text)).toBe(expected);
});

test.each([
  ['', false],
  ['# nameserver 192.0.2.1\n', false],
  ['nameserver 127.0.0.53\n', false],
  ['nameserver ::1\nnameserver fe80::1%eth0\n', false],
  ['search x\nnameserver 127.0.0.1\nnameserver 192.0.2.1\n', true],
  ['nameserver 2001:db8::1', true],
])('resolv.conf is %j: it names a server outside: %s', (text, expected) => {
  expect(hasServers(text)).toBe(expected);
});
