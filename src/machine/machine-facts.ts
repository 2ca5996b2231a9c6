import { parseAnswer } from '../host/json-fields.ts';
import { machined, machinedTimeout } from '../host/machined.ts';
import { run } from '../host/process.ts';
import { guestUnit, showUnits } from '../host/systemctl.ts';

/** The resource use and the addresses of a running machine. Unknown values are undefined. */
export interface MachineFacts {
  /** In bytes, including caches: systemd.resource-control(5), MemoryCurrent. */
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

/** Parses a number; "[not set]" and the highest 64-bit value mean not accounted. */
const count = (value = ''): number | undefined =>
  /^\d+$/.test(value) && Number(value) < Number.MAX_SAFE_INTEGER ? Number(value) : undefined;

/**
 * Asks systemd-machined, and only about this machine: to list machines it reads files of all of them, and a pipe among them
 * makes it hang. Returns an empty list if it does not answer.
 */
async function addressesOf(machine: string): Promise<string[]> {
  const { exitCode, stdout } = await run(
    'busctl',
    ['--json=short', 'call', ...machined, 'GetMachineAddresses', 's', machine],
    { timeout: machinedTimeout },
  );
  return exitCode === 0 ? parseAddresses(stdout) : [];
}

/** Parses the type, and an array of address families with address bytes: org.freedesktop.machine1(5). */
export function parseAddresses(answer: string): string[] {
  const [addresses] = parseAnswer(answer);
  if (!Array.isArray(addresses)) return [];
  return addresses.map(([, bytes]: [number, number[]]) =>
    bytes.length === 4 ? bytes.join('.') : ipv6(bytes),
  );
}

/** Formats an IPv6 address in its short form: RFC 5952. */
function ipv6(bytes: readonly number[]): string {
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) =>
    (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
