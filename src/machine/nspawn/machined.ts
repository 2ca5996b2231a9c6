import { readdirSync, readFileSync } from 'node:fs';
import { now } from '../../host/clock.ts';
import { parseAnswer } from '../../host/json-fields.ts';
import { run } from '../../host/process.ts';
import type { Users } from '../machine.ts';

/** systemd-machined on the bus: service, object and interface, as busctl(1) takes them. */
const machined = [
  'org.freedesktop.machine1',
  '/org/freedesktop/machine1',
  'org.freedesktop.machine1.Manager',
] as const;

/** In milliseconds. It answers at once, or hangs. On a busy host, at once is seconds: only what is merely shown may be missing then. */
const [toDecide, toShow] = [10_000, 3000];

/** Returns true if systemd-machined hangs. Starts it if it is not running. */
export async function machinedHangs(): Promise<boolean> {
  const begun = now();
  const question = ['get-property', ...machined, 'PoolPath'];
  const { exitCode } = await run('busctl', question, { timeout: toDecide });
  return exitCode !== 0 && now() - begun >= toDecide;
}

/** Asks systemd-machined a question of busctl(1). Returns undefined if it does not answer, or knows no such machine. */
async function ask(question: readonly string[], timeout = toShow): Promise<string | undefined> {
  const { exitCode, stdout } = await run('busctl', ['--json=short', ...question], { timeout });
  return exitCode === 0 ? stdout : undefined;
}

/** Whether a machine has a user namespace. */
export async function usersOf(machine: string): Promise<Users> {
  const answer = await ask(['call', ...machined, 'GetMachineUIDShift', 's', machine], toDecide);
  return answer === undefined ? 'unknown' : parseShift(answer);
}

/** The type, and the first UID of the machine on the host, which is 0 without a user namespace: org.freedesktop.machine1(5). */
function parseShift(answer: string): Users {
  const [shift] = parseAnswer(answer);
  return shift === 0 ? 'of the host' : 'own';
}

/**
 * Asks systemd-machined, and only about this machine: to list machines it reads files of all of them, and a pipe among them
 * makes it hang. Returns an empty list if it does not answer.
 */
export async function addressesOf(machine: string): Promise<string[]> {
  const answer = await ask(['call', ...machined, 'GetMachineAddresses', 's', machine]);
  return answer === undefined ? [] : parseAddresses(answer);
}

/** Parses the type, and an array of address families with address bytes: org.freedesktop.machine1(5). */
export function parseAddresses(answer: string): string[] {
  const [addresses] = parseAnswer(answer);
  if (!Array.isArray(addresses)) return [];
  return addresses.map(([, bytes]: [number, number[]]) =>
    bytes.length === 4 ? bytes.join('.') : ipv6(bytes),
  );
}

/** Returns the interfaces of the host that systemd-machined knows of a machine: its links, such as ve-NAME. */
export async function linksOf(machine: string): Promise<string[]> {
  const found = await ask(['call', ...machined, 'GetMachine', 's', machine]);
  const [path] = found === undefined ? [] : parseAnswer(found);
  if (typeof path !== 'string') return [];
  const property = ['org.freedesktop.machine1.Machine', 'NetworkInterfaces'];
  const told = await ask(['get-property', machined[0], path, ...property]);
  const numbers = told === undefined ? [] : parseAnswer(told);
  return readdirSync(networkInterfaces).filter((name) => numbers.includes(indexOf(name)));
}

const networkInterfaces = '/sys/class/net';

/** Returns the number of an interface; undefined if it is gone, and for files there that are no interfaces. */
function indexOf(name: string): number | undefined {
  try {
    return Number(readFileSync(`${networkInterfaces}/${name}/ifindex`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Formats an IPv6 address in its short form: RFC 5952. */
function ipv6(bytes: readonly number[]): string {
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((at) =>
    (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
