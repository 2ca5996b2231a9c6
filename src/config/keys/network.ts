import type { Row } from '../schema.ts';
import { boolean, pattern, text } from '../types.ts';
import { carried } from './rows.ts';

const interfaceName = pattern(
  'the name of a network interface, 1 to 15 characters',
  /^[^\s/:]{1,15}(:[^\s/:]{1,15})?$/,
);
const zone = pattern('the name of a zone, 1 to 12 characters', /^[^\s/:]{1,12}$/);
const port = pattern('[tcp:|udp:]HOST-PORT[:GUEST-PORT]', /^((tcp|udp):)?[1-9]\d{0,4}(:[1-9]\d{0,4})?$/);

export const networkKeys = (): Row[] => [
  [boolean, 'Private VirtualEthernet'],
  ...carried(interfaceName, 'VirtualEthernetExtra --network-veth-extra each'),
  ...carried(
    text,
    'Interface --network-interface words',
    'MACVLAN --network-macvlan words',
    'IPVLAN --network-ipvlan words',
  ),
  ...carried(interfaceName, 'Bridge --network-bridge last'),
  ...carried(zone, 'Zone --network-zone last'),
  ...carried(port, 'Port --port each'),
];
