import { isDeepStrictEqual } from 'node:util';
import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import { fewAtATime } from '../../host/few-at-a-time.ts';
import { machineOnHost } from './host-check.ts';
import { nspawnOptions } from './option-check.ts';

/**
 * Checks the machines of guests on this host. Omits complaints of nspawn about mistakes that are already known. Returns the
 * problems of each guest, in the same order.
 */
export async function verifyMachines(guests: readonly Guest[]): Promise<Problem[][]> {
  const known = await fewAtATime(guests, machineOnHost);
  const said = await nspawnOptions(guests);
  return known.map((problems, index) => {
    const isKnown = ({ at }: Problem) => problems.some((problem) => isDeepStrictEqual(problem.at, at));
    return [...problems, ...(said[index] ?? []).filter((problem) => !isKnown(problem))];
  });
}
