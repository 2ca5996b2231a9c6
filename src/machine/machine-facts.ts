import { showUnits } from '../host/systemctl.ts';
import { driver } from './driver.ts';

/** The resource use and the addresses of a running machine. Unknown values are undefined. */
export interface MachineFacts {
  /** In bytes, including caches: systemd.resource-control(5), MemoryCurrent. */
  readonly memory: number | undefined;
  /** In seconds. */
  readonly cpu: number | undefined;
  readonly tasks: number | undefined;
  readonly addresses: readonly string[];
  /** The network interfaces of the host that lead to it. */
  readonly links: readonly string[];
}

export async function machineFacts(guest: string): Promise<MachineFacts> {
  const [[shown = {}], addresses, links] = await Promise.all([
    showUnits([driver.unit(guest)], ['MemoryCurrent', 'CPUUsageNSec', 'TasksCurrent']),
    driver.addresses(guest),
    driver.links(guest),
  ]);
  const cpu = count(shown['CPUUsageNSec']);
  return {
    memory: count(shown['MemoryCurrent']),
    cpu: cpu === undefined ? undefined : cpu / 1e9,
    tasks: count(shown['TasksCurrent']),
    addresses,
    links,
  };
}

/** Parses a number; "[not set]" and the highest 64-bit value mean not accounted. */
const count = (value = ''): number | undefined =>
  /^\d+$/.test(value) && Number(value) < Number.MAX_SAFE_INTEGER ? Number(value) : undefined;
