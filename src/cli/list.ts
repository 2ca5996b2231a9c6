import type { Broken } from '../config/guest.ts';
import type { Overview } from './overview.ts';
import { table } from './table.ts';
import { deploymentWords, short, timeWords } from './words.ts';

/** A line for each guest, those that cannot be read included: they are there, and they are not well. */
export function listText(overviews: readonly Overview[], broken: readonly Broken[]): string {
  if (overviews.length + broken.length === 0)
    return 'No guest is declared. Write /etc/ostree-guests/NAME.guest';
  const rows = [
    ['GUEST', 'STATE', 'DEPLOYMENT', 'STAGED', 'NEXT UPDATE'],
    ...overviews.map(row),
    ...broken.map(({ name }) => [name, 'broken', '-', '-', '-']),
  ];
  return table(rows);
}

function row({ guest, state, running, deployments, staged, update }: Overview): string[] {
  const deployment = running ?? deployments[0];
  const next =
    update.state === 'running' ? 'now' : update.state === 'failed' ? 'failed' : timeWords(update.next);
  return [
    guest.name,
    state,
    deployment ? deploymentWords(deployment) : '-',
    staged ? short(staged.checksum) : '-',
    next,
  ];
}
