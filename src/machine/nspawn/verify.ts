import { isDeepStrictEqual } from 'node:util';
import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import { machineOnHost } from './host-check.ts';
import { nspawnOptions } from './option-check.ts';

/** Checks the machine of a guest on this host. Omits complaints of nspawn about mistakes that are already known. */
export async function verifyMachine(guest: Guest): Promise<Problem[]> {
  const [known, said] = await Promise.all([machineOnHost(guest), nspawnOptions(guest)]);
  return [...known, ...said.filter(({ at }) => !known.some((problem) => isDeepStrictEqual(problem.at, at)))];
}
