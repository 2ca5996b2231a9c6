import { parseAnswer } from '../host/json-fields.ts';
import { machined, machinedTimeout } from '../host/machined.ts';
import { run } from '../host/process.ts';
import { guestUnit, showUnits } from '../host/systemctl.ts';

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
  const [[shown = {}], addresses] = await Promise.all([
    showUnits([guestUnit(guest)], ['MemoryCurrent', 'CPUUsageNSec', 'TasksCurrent']),
    addressesOf(guest),
  ]);
  const cpu = count(shown['CPUUsageNSec']);
  return {
    memory: count(shown['MemoryCurrent']),
    cpu: cpu === undefined ? undefined : cpu / 1e9,
    tasks: count(shown['TasksCurrent']),
    addresses,
  };
}

/** "[not set]", or the highest of 64 bits, where it is not accounted. */
const count = (value = ''): number | undefined =>
  /^\d+$/.test(value) && Number(value) < Number.MAX_SAFE_INTEGER ? Number(value) : undefined;

/**
 * systemd-machined knows them. Only this machine is asked about: to list machines it reads files of all of them, and one that is
 * a pipe makes it wait. Where it does not answer, there are none.
 */
async function addressesOf(machine: string): Promise<string[]> {
  const { exitCode, stdout } = await run(
    'busctl',
    ['--json=short', 'call', ...machined, 'GetMachineAddresses', 's', machine],
    { timeout: machinedTimeout },
  );
  return exitCode === 0 ? parseAddresses(stdout) : [];
}

/** The type, and an array of pairs of an address family and the bytes of an address: org.freedesktop.machine1(5). */
export function parseAddresses(answer: string): string[] {
  const [addresses] = parseAnswer(answer);
  if (!Array.isArray(addresses)) return [];
  return addresses.map(([, bytes]: [number, number[]]) =>
    bytes.length === 4 ? bytes.join('.') : ipv6(bytes),
  );
}

/** In its short form: RFC 5952, as browsers write it, too. */
function ipv6(bytes: readonly number[]): string {
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) =>
    (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
