import type { Key } from '../schema.ts';
import { boolean, interfaceName, pattern, text } from '../types.ts';
import { carried, keys } from './rows.ts';

const zone = pattern('the name of a zone, 1 to 12 characters', /^[^\s/:]{1,12}$/);
const port = pattern('[tcp:|udp:]HOST-PORT[:GUEST-PORT]', /^((tcp|udp):)?[1-9]\d{0,4}(:[1-9]\d{0,4})?$/);

export const networkKeys = (): Key[] => [
  ...keys('Network', boolean, 'Private VirtualEthernet'),
  ...carried('Network', interfaceName, 'VirtualEthernetExtra --network-veth-extra each'),
  ...carried(
    'Network',
    text,
    'Interface --network-interface words',
    'MACVLAN --network-macvlan words',
    'IPVLAN --network-ipvlan words',
  ),
  ...carried('Network', interfaceName, 'Bridge --network-bridge last'),
  ...carried('Network', zone, 'Zone --network-zone last'),
  ...carried('Network', port, 'Port --port each'),
];
