// lazy: QuickJS reads this file when one of its functions is called.
import { type Descriptions, from } from '../description.ts';
import type { KeyRow } from '../key-table.ts';
import { boolean, path, pattern, plainWords, type ValueType } from '../types.ts';
import { nspawnKeys } from './rows.ts';

/** By the rules of ifname_valid() in systemd's basic/socket-util.c. */
const name = '(?!(?:all|default|\\.\\.?|\\d+)(?:$|:))[!-$&-.0-9;-~]{1,15}';
const interfaceName = pattern('the name of a network interface, 1 to 15 characters', `^${name}$`);
const namePair = pattern('HOST-NAME[:GUEST-NAME], each of 1 to 15 characters', `^${name}(:${name})?$`);
const names = plainWords('names of network interfaces', namePair);
const zone = pattern('the name of a zone, 1 to 12 characters', /^[!-$&-.0-9;-~]{1,12}$/);
const portNumber = '([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';
const ports = `${portNumber}(:${portNumber})?$`;
const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ofAll = pattern('', `^((tcp|udp):)?${ports}`);
const ofOne = pattern('', `^(tcp:)?(${octet}(\\.${octet}){3}|\\[[^\\]]*\\]):${ports}`);

const port: ValueType = {
  noun: '[tcp:|udp:]HOST-PORT[:GUEST-PORT], or [tcp:]ADDRESS:HOST-PORT[:GUEST-PORT]',
  check(value) {
    if (ofAll.check(value) === undefined) return undefined;
    const inBrackets = /\[(.*)\]/.exec(value)?.[1];
    if (ofOne.check(value) !== undefined || (inBrackets !== undefined && !isIPv6(inBrackets)))
      return `Expected ${port.noun}`;
    return /0\.0\.0\.0:|\[[0:]+\]/.test(value)
      ? 'Leave out the address to forward the port at all addresses of the host'
      : undefined;
  },
};

/** Checks an IPv6 address without a zone and without an IPv4 address in it: RFC 4291, 2.2. */
function isIPv6(text: string): boolean {
  const [head = '', tail, more] = text.split('::');
  const groups = [head, tail ?? ''].flatMap((part) => (part === '' ? [] : part.split(':')));
  const isRight = groups.every((group) => /^[\da-f]{1,4}$/i.test(group));
  return isRight && more === undefined && (tail === undefined ? groups.length === 8 : groups.length < 8);
}

export const networkKeys = (): KeyRow[] => [
  [boolean, ['Private', 'VirtualEthernet'], ['command']],
  ...nspawnKeys(namePair, ['VirtualEthernetExtra', '--network-veth-extra', 'each']),
  ...nspawnKeys(
    names,
    ['Interface', '--network-interface', 'words'],
    ['MACVLAN', '--network-macvlan', 'words'],
    ['IPVLAN', '--network-ipvlan', 'words'],
  ),
  ...nspawnKeys(interfaceName, ['Bridge', '--network-bridge', 'last']),
  ...nspawnKeys(zone, ['Zone', '--network-zone', 'last']),
  ...nspawnKeys(path, ['NamespacePath', '--network-namespace-path', 'last']),
  // The proxies of ports are units of their own.
  [port, ['Port'], ['command', 'steps'], { option: '--port', takes: 'each', onlyAdds: true }],
];

// What the manual says of them.

export const networkHelp = (): Descriptions =>
  from('systemd.nspawn(5)', {
    Private:
      "Gives the guest a network of its own even if no other key does. Alone, this is only a loopback interface: add VirtualEthernet=yes for a link to the host. With no, and without other keys, the guest uses the host's network.",
    VirtualEthernet:
      "Connects the guest to the host by a virtual Ethernet link, in a network of its own. With no, and without another key that gives it a network of its own, the guest uses the host's network.",
    VirtualEthernetExtra: 'An additional virtual Ethernet link: HOST-NAME[:GUEST-NAME].',
    Interface: 'Interfaces of the host to move into the guest.',
    MACVLAN: 'Interfaces of the host to give the guest a MACVLAN interface on.',
    IPVLAN: 'Interfaces of the host to give the guest an IPVLAN interface on.',
    Bridge: 'The bridge of the host to attach the virtual Ethernet link to.',
    Zone: 'The network zone: systemd creates a bridge for all guests that name the same zone.',
    NamespacePath: 'A network namespace of the host to join, such as /run/netns/NAME.',
    Port: 'A TCP or UDP port of the host to forward to the same port of the guest, or to GUEST-PORT. It answers at all addresses of the host, and TCP at localhost, too. With ADDRESS, an addition of ostree-guests, only TCP is forwarded, and only at this address, such as 127.0.0.1 or [2001:db8::1]. What comes by localhost or ADDRESS goes through systemd-socket-proxyd(8): the guest sees the host as the sender.',
  });
