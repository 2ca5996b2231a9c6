import type { Key } from '../schema.ts';
import { boolean, interfaceName, pattern, text } from '../types.ts';
import { carried, considered } from './carried.ts';

const zone = pattern('the name of a zone, 1 to 12 characters', /^[^\s/:]{1,12}$/);
const port = pattern('[tcp:|udp:]HOST-PORT[:GUEST-PORT]', /^((tcp|udp):)?[1-9]\d{0,4}(:[1-9]\d{0,4})?$/);

export const networkKeys: readonly Key[] = [
  considered(
    'Network',
    'Private',
    boolean,
    'yes',
    "Whether it has a network of its own. With no, it has the host's.",
  ),
  considered(
    'Network',
    'VirtualEthernet',
    boolean,
    'yes',
    'Whether a virtual Ethernet link leads to the host.',
  ),
  ...carried('Network', [
    [
      'VirtualEthernetExtra',
      interfaceName,
      '--network-veth-extra',
      'each',
      'Another one: HOST-NAME[:GUEST-NAME].',
    ],
    ['Interface', text, '--network-interface', 'words', 'Interfaces of the host that become its own.'],
    ['MACVLAN', text, '--network-macvlan', 'words', 'Interfaces of the host of which it has a MACVLAN.'],
    ['IPVLAN', text, '--network-ipvlan', 'words', 'Interfaces of the host of which it has an IPVLAN.'],
    [
      'Bridge',
      interfaceName,
      '--network-bridge',
      'last',
      "The bridge that the link's end on the host joins.",
    ],
    ['Zone', zone, '--network-zone', 'last', 'The zone: a bridge that systemd makes for all that name it.'],
    ['Port', port, '--port', 'each', 'A port of the host that leads into the guest.'],
  ]),
];
