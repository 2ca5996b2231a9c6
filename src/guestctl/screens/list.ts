import type { Broken } from '../../config/guest.ts';
import { originName } from '../../config/origin.ts';
import type { Overview } from '../overview.ts';
import type { Screen, Style } from '../screen.ts';
import { type Column, table } from './table.ts';
import { deploymentWords, short, timeWords } from './wording.ts';

/** A line for each guest, those that cannot be read included: they are there, and they are not well. */
export function listText(overviews: readonly Overview[], broken: readonly Broken[], screen: Screen): string {
  if (overviews.length + broken.length === 0)
    return 'No guest is declared. Create one: guestctl create NAME --ref REMOTE:REF --url URL (guestctl create --help)';
  return table(columns, [...overviews, ...broken], screen);
}

/** A column of what only guests that could be read have. */
const column = (
  title: string,
  cell: (overview: Overview) => string,
  more = {},
): Column<Overview | Broken> => ({
  title,
  cell: (row) => ('guest' in row ? cell(row) : '-'),
  ...more,
});

const columns: readonly Column<Overview | Broken>[] = [
  { title: 'GUEST', cell: (row) => ('guest' in row ? row.guest.name : row.name) },
  {
    title: 'STATE',
    cell: (row) => ('guest' in row ? (row.damage ? `${row.state}, damaged` : row.state) : 'broken'),
    style: stateStyle,
  },
  column('DEPLOYMENT', deployed, { shrinks: true }),
  { ...column('STAGED', stagedWords), style: stagedStyle },
  { ...column('NEXT UPDATE', nextUpdate), style: updateStyle },
  column('SOURCE', ({ guest }) => originName(guest.origin), { wide: true }),
  column('SYSROOT', ({ guest }) => guest.sysroot, { wide: true }),
];

function deployed({ running, deployments }: Overview): string {
  const deployment = running ?? deployments[0];
  return deployment ? deploymentWords(deployment) : '-';
}

function stagedWords({ staged, undeployed }: Overview): string {
  return staged ? `${short(staged.checksum)}${undeployed ? ' failed' : ''}` : '-';
}

function nextUpdate({ update }: Overview): string {
  if (update.state === 'running') return 'now';
  return update.state === 'failed' ? 'failed' : timeWords(update.next);
}

function stateStyle(row: Overview | Broken): Style | undefined {
  const state = 'guest' in row && !row.damage ? row.state : 'failed';
  return state === 'failed' ? 'bad' : state === 'running' ? 'good' : undefined;
}

function updateStyle(row: Overview | Broken): Style | undefined {
  return 'guest' in row && row.update.state === 'failed' ? 'bad' : undefined;
}

function stagedStyle(row: Overview | Broken): Style | undefined {
  return 'guest' in row && row.undeployed ? 'bad' : undefined;
}
