// The network of a guest and its ports, in words.
import type { ToldNetwork } from '../told/answers.ts';
import { t } from '../words/translate.ts';

export function networkWords({ kind, zone, bridge }: ToldNetwork): string {
  if (zone !== null) return t('its own, in the zone {zone}', { zone });
  if (bridge !== null) return t('its own, at the bridge {bridge}', { bridge });
  switch (kind) {
    case 'veth':
      return t('its own, linked to the host');
    case 'private':
      return t('its own, without a link to the host');
    case 'host':
      return t('that of the host');
  }
}

/** Says where a port leads to: [tcp:|udp:][ADDRESS:]HOST-PORT[:GUEST-PORT]. */
export function portWords(port: string): string {
  const [, protocol = 'tcp', address, host = port, guest = host] =
    /^(?:(tcp|udp):)?(?:(\[[^\]]*\]|\d+\.[\d.]+):)?(\d+)(?::(\d+))?$/.exec(port) ?? [];
  return `${address ? `${address}:` : ''}${host} → ${guest}/${protocol}`;
}
