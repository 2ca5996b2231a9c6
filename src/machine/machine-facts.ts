import { run } from '../process.ts';
import { guestUnit, showUnits } from './systemctl.ts';

/** What a running machine takes and where it is reached. What systemd does not know is absent. */
export interface MachineFacts {
  /** In bytes; of everything in it, caches included: systemd.resource-control(5), MemoryCurrent. */
  readonly memory: number | undefined;
  /** In seconds. */
  readonly cpu: number | undefined;
  readonly tasks: number | undefined;
  readonly addresses: readonly string[];
}

export async function machineFacts(guest: string): Promise<MachineFacts> {
  const [[shown = {}], { stdout }] = await Promise.all([
    showUnits([guestUnit(guest)], ['MemoryCurrent', 'CPUUsageNSec', 'TasksCurrent']),
    run('machinectl', ['list', '--output=json', '--max-addresses=all']),
  ]);
  const cpu = count(shown['CPUUsageNSec']);
  return {
    memory: count(shown['MemoryCurrent']),
    cpu: cpu === undefined ? undefined : cpu / 1e9,
    tasks: count(shown['TasksCurrent']),
    addresses: addressesOf(stdout, guest),
  };
}

/** "[not set]", or the highest of 64 bits, where it is not accounted. */
const count = (value = ''): number | undefined =>
  /^\d+$/.test(value) && Number(value) < Number.MAX_SAFE_INTEGER ? Number(value) : undefined;

/** machinectl(1): an array of objects, with the addresses of each machine in lines. */
export function addressesOf(listed: string, machine: string): string[] {
  const machines = JSON.parse(listed.trim() || '[]') as { machine: string; addresses?: string | null }[];
  const found = machines.find((one) => one.machine === machine)?.addresses ?? '';
  return found.split('\n').filter((address) => address !== '' && address !== '-');
}
