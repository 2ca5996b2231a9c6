// lazy: QuickJS reads this file when one of its functions is called.
import type { Row } from '../key-table.ts';
import { boolean, path, pattern, plainWords } from '../types.ts';
import { carried } from './rows.ts';

/** By the rules of ifname_valid() in systemd's basic/socket-util.c. */
const name = '(?!(?:all|default|\\.\\.?|\\d+)(?:$|:))[!-$&-.0-9;-~]{1,15}';
const interfaceName = pattern('the name of a network interface, 1 to 15 characters', `^${name}$`);
const namePair = pattern('HOST-NAME[:GUEST-NAME], each of 1 to 15 characters', `^${name}(:${name})?$`);
const names = plainWords('names of network interfaces', namePair);
const zone = pattern('the name of a zone, 1 to 12 characters', /^[!-$&-.0-9;-~]{1,12}$/);
const portNumber = '([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])';
const port = pattern('[tcp:|udp:]HOST-PORT[:GUEST-PORT]', `^((tcp|udp):)?${portNumber}(:${portNumber})?$`);

export const networkKeys = (): Row[] => [
  [boolean, ['Private', 'VirtualEthernet'], ['command']],
  ...carried(namePair, ['VirtualEthernetExtra', '--network-veth-extra', 'each']),
  ...carried(
    names,
    ['Interface', '--network-interface', 'words'],
    ['MACVLAN', '--network-macvlan', 'words'],
    ['IPVLAN', '--network-ipvlan', 'words'],
  ),
  ...carried(interfaceName, ['Bridge', '--network-bridge', 'last']),
  ...carried(zone, ['Zone', '--network-zone', 'last']),
  ...carried(path, ['NamespacePath', '--network-namespace-path', 'last']),
  ...carried(port, ['Port', '--port', 'each']),
];
