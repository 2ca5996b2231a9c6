import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
} from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { rehearsalOptions } from '../../generator/nspawn/guest-options.ts';
import { setCredentials } from '../../generator/units/set-credentials.ts';
import { codeOf } from '../../host/failure.ts';
import { bind, bindMapped, bindOpened, mountOverlay } from '../../host/mount.ts';
import { run } from '../../host/process.ts';
import { isDirectory } from '../../host/tree-files.ts';
import { runNspawn } from '../../machine/nspawn.ts';
import { varOf } from '../../ostree/sysroot.ts';
import { placesIn, recordedPlace } from '../boot/places.ts';
import { writeCredentials } from '../boot/write-credentials.ts';
import { rehearsalMachine, rehearsalRoot } from './rehearse.ts';
import { scratchOf } from './scratch.ts';

/**
 * Runs ostree-guest-rehearsal@NAME.service: in the mount namespace of that unit, makes a copy-on-write view
 * of the guest's /var, and boots the candidate on it with the options of the guest. Returns the exit code.
 */
export async function runRehearsal(guest: Guest): Promise<number> {
  const { privateUsers } = guest.machine;
  const base = privateUsers === 'no' ? 0 : (rangeOf(privateUsers) ?? freeRange(guest.name));
  const users = privateUsers === 'no' ? 'no' : `${base}:65536`;
  const varView = await viewOf(guest.name, 'var', varOf(guest.sysroot, guest.name), base);
  const root = realpathSync(rehearsalRoot(guest.name));
  const etc = `${scratchOf(guest.name)}/etc`;
  mkdirSync(etc, { recursive: true });
  await bind(`${root}/etc`, etc);
  const places = await viewOfPlaces(guest, root, varView, base);
  const view = { machine: rehearsalMachine(guest.name), root, etc, var: varView, places, users };
  // Like src/machine/nspawn/run-guest.
  const env = isDirectory(`${root}/tmp`) ? {} : { SYSTEMD_NSPAWN_TMPFS_TMP: '0' };
  writeCredentials(guest);
  const { name, values } = guest;
  const machine = { ...guest.machine, credentials: [...credentials(), ...setCredentials(guest).keys()] };
  return runNspawn([...(await allFamilies()), ...rehearsalOptions({ name, machine, values }, view)], env);
}

/** Allows all address families, like src/machine/nspawn/run-guest. Older versions of nspawn do not have the option. */
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

/** Returns binds for the writable places: from the view of /var, or a view of the tree's directory. */
async function viewOfPlaces(guest: Guest, root: string, varView: string, base: number): Promise<string[]> {
  const binds: string[] = [];
  for (const place of placesIn(root)) {
    const kept = recordedPlace(guest.name, place);
    const view =
      (kept && (await pinned(`${varView}/${kept}`, `${scratchOf(guest.name)}/${place.name}`))) ??
      (await viewOf(guest.name, place.name, `${root}${place.path}`, base));
    binds.push(`${view}:${place.path}`);
  }
  return binds;
}

/**
 * Mounts a directory of the view of /var at a path of ours, and returns that; undefined if it is not a directory. The guest
 * may run, and replace it by a link, which nspawn would follow to a directory of the host.
 */
async function pinned(directory: string, at: string): Promise<string | undefined> {
  const opened = openDirectory(directory);
  if (opened === undefined) return undefined;
  try {
    mkdirSync(at, { recursive: true });
    await bindOpened(opened, at);
    return at;
  } finally {
    closeSync(opened);
  }
}

/** Opens a directory; undefined for a link and anything else. */
function openDirectory(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (/^(ENOENT|ENOTDIR|ELOOP)$/.test(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Makes a copy-on-write view. The owners of an overlay cannot be mapped, but those of its layers can. */
async function viewOf(guest: string, name: string, directory: string, base: number): Promise<string> {
  const [lower = '', upper = '', work = '', merged = ''] = ['lower', 'upper', 'work', 'view'].map(
    (layer) => `${scratchOf(guest)}/${name}/${layer}`,
  );
  for (const layer of [lower, upper, work, merged]) {
    mkdirSync(layer, { recursive: true });
    chownSync(layer, base, base);
  }
  await bindMapped(directory, lower, base);
  await mountOverlay({ lower, upper, work }, merged);
  return merged;
}

/** Parses the UIDs of a guest file: FIRST or FIRST:COUNT. */
const rangeOf = (users: string): number | undefined => {
  const first = Number(users.split(':')[0]);
  return Number.isInteger(first) ? first : undefined;
};

/** Finds a free UID range for containers: systemd's docs/UIDS-GIDS.md. */
function freeRange(guest: string): number {
  let hash = 0;
  for (const character of guest) hash = (hash * 31 + character.charCodeAt(0)) % ranges;
  for (let tried = 0; tried < ranges; tried += 1) {
    const base = firstRange + ((hash + tried) % ranges) * 65536;
    if (!existsSync(`/run/systemd/nspawn-uid/${base}`)) return base;
  }
  throw new Error('No range of UIDs is free');
}

const firstRange = 0x80000;
const ranges = (0x6fff0000 - firstRange) / 65536;
