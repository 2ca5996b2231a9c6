import { isDeepStrictEqual } from 'node:util';
import type { Checked } from '../config/guest.ts';
import { loadFile, loadGuest, loadGuests } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { Failure } from '../failure.ts';
import { nodeFiles } from '../node-files.ts';
import { verifyOnHost } from './on-host.ts';
import { verifyUnits } from './units.ts';

export interface Verified {
  readonly name: string;
  readonly problems: readonly Problem[];
}

/** Checks guests by their names or files, or all that are declared. */
export async function verify(targets: readonly string[]): Promise<Verified[]> {
  const checked = targets.length > 0 ? targets.map(find) : all();
  return Promise.all(checked.map(verifyOne));
}

function all(): Checked[] {
  const { guests, broken } = loadGuests(nodeFiles);
  return [...guests.map((guest) => ({ guest })), ...broken.map((one) => ({ broken: one }))];
}

function find(target: string): Checked {
  if (target.includes('/') || target.endsWith('.guest')) return loadFile(nodeFiles, target);
  const checked = loadGuest(nodeFiles, target);
  if (!checked)
    throw new Failure(`No guest '${target}' is declared`, 'A file is named with a slash: ./NAME.guest');
  return checked;
}

async function verifyOne(checked: Checked): Promise<Verified> {
  if ('broken' in checked) return checked.broken;
  const { guest } = checked;
  const [onHost, inUnits] = await Promise.all([verifyOnHost(guest), verifyUnits(guest)]);
  const further = inUnits.filter(({ at }) => !onHost.some((problem) => isDeepStrictEqual(problem.at, at)));
  return { name: guest.name, problems: [...onHost, ...further].sort((a, b) => a.at.line - b.at.line) };
}
