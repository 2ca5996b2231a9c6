import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { rehearsalOptions } from '../../generator/nspawn/guest-options.ts';
import { setCredentials } from '../../generator/units/set-credentials.ts';
import { ownFile } from '../../host/confined.ts';
import type { UserRange } from '../../host/mount.ts';
import { run } from '../../host/process.ts';
import { isDirectory } from '../../host/tree-files.ts';
import type { RehearsalDirectories } from '../machine.ts';

/** Returns the range of the guest, which it uses itself; if nspawn picks that, a free one. */
export function rehearsalUsers({ name, machine: { privateUsers } }: Guest): UserRange | undefined {
  if (privateUsers === 'no') return undefined;
  return privateUsers === 'pick' ? freeRange(name) : parseRange(privateUsers);
}

/** Runs systemd-nspawn(1) with the input, output and notifications of this process. */
export async function runRehearsal(guest: Guest, rehearsal: RehearsalDirectories): Promise<number> {
  const { name, values } = guest;
  await run('sh', [ownFile('clear-left-over'), rehearsal.machine]);
  const users = rehearsal.users ? `${rehearsal.users.first}:${rehearsal.users.count}` : 'no';
  const machine = { ...guest.machine, credentials: [...credentials(), ...setCredentials(guest).keys()] };
  const options = rehearsalOptions({ name, machine, values }, { ...rehearsal, users });
  // Like run-guest.
  const env = isDirectory(`${rehearsal.root}/tmp`) ? {} : { SYSTEMD_NSPAWN_TMPFS_TMP: '0' };
  return runNspawn([...(await allFamilies()), ...options], env);
}

async function runNspawn(options: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const { spawn } = await import('node:child_process');
  const child = spawn('systemd-nspawn', options, { stdio: 'inherit', env: { ...process.env, ...env } });
  await once(child, 'exit');
  return child.exitCode ?? 1;
}

/** Allows all address families, like run-guest. Older versions of nspawn do not have the option. */
async function allFamilies(): Promise<string[]> {
  const option = '--restrict-address-families=';
  // Otherwise nspawn 262 tells systemd that the machine stops: STOPPING=1, after which it never counts as up.
  const env = { NOTIFY_SOCKET: '' };
  return (await run('systemd-nspawn', [option, '--help'], { env })).exitCode === 0 ? [option] : [];
}

/** Returns the credentials that systemd has given to this unit, with specifiers expanded and without missing ones. */
function credentials(): string[] {
  const directory = process.env['CREDENTIALS_DIRECTORY'];
  return directory !== undefined && existsSync(directory) ? readdirSync(directory) : [];
}

/** What nspawn gives a guest that does not ask for more. */
const usualCount = 65536;

/** Parses the UIDs of a guest file: FIRST or FIRST:COUNT. */
function parseRange(users: string): UserRange {
  const [first, count = usualCount] = users.split(':').map(Number);
  return { first: Number(first), count };
}

/** Finds a free UID range for containers: systemd's docs/UIDS-GIDS.md. */
function freeRange(guest: string): UserRange {
  let hash = 0;
  for (const character of guest) hash = (hash * 31 + character.charCodeAt(0)) % ranges;
  for (let tried = 0; tried < ranges; tried += 1) {
    const first = firstRange + ((hash + tried) % ranges) * usualCount;
    if (!existsSync(`/run/systemd/nspawn-uid/${first}`)) return { first, count: usualCount };
  }
  throw new Error('No range of UIDs is free');
}

const firstRange = 0x80000;
const ranges = (0x6fff0000 - firstRange) / usualCount;
