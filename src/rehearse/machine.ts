import { chownSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { bindMapped, mountOverlay } from '../machine/mount.ts';
import { runNspawn } from '../machine/nspawn.ts';
import { varOf } from '../ostree/sysroot.ts';
import { rehearsalOptions } from '../units/nspawn-own.ts';
import { rehearsalMachine, rehearsalRoot } from './rehearse.ts';
import { scratchOf } from './scratch.ts';

/**
 * The process of ostree-guest-rehearsal@NAME.service: in the mount namespace of that unit, it makes a copy-on-write view
 * of the guest's /var, and boots the candidate on it with the options of the guest itself. Answers the exit code.
 */
export async function runRehearsal(guest: Guest): Promise<number> {
  const { privateUsers } = guest.machine;
  const base = privateUsers === 'no' ? 0 : (rangeOf(privateUsers) ?? freeRange(guest.name));
  const users = privateUsers === 'no' ? 'no' : `${base}:65536`;
  const variable = await viewOfVar(guest, base);
  const root = realpathSync(rehearsalRoot(guest.name));
  const view = { machine: rehearsalMachine(guest.name), root, variable, users };
  return runNspawn(rehearsalOptions(guest, view));
}

/** An overlay cannot have its owners mapped, but its layers can. */
async function viewOfVar({ name, sysroot }: Guest, base: number): Promise<string> {
  const [lower = '', upper = '', work = '', merged = ''] = ['lower', 'upper', 'work', 'var'].map(
    (layer) => `${scratchOf(name)}/${layer}`,
  );
  for (const directory of [lower, upper, work, merged]) {
    mkdirSync(directory, { recursive: true });
    chownSync(directory, base, base);
  }
  await bindMapped(varOf(sysroot, name), lower, base);
  await mountOverlay({ lower, upper, work }, merged);
  return merged;
}

/** The UIDs that a guest file asks for: FIRST or FIRST:COUNT. */
const rangeOf = (users: string): number | undefined => {
  const first = Number(users.split(':')[0]);
  return Number.isInteger(first) ? first : undefined;
};

/** A range for containers (systemd's docs/UIDS-GIDS.md) that nspawn has not given to another machine. */
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
