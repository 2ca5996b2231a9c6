import { originName } from '../../config/origin.ts';
import type { BrokenGuest, Overview } from '../overview.ts';
import type { Screen, Style } from '../screen.ts';
import { troublesOf } from '../troubles.ts';
import { type Column, table } from './table.ts';
import { deploymentWords, soonWords, versionWords } from './wording.ts';

type Row = Overview | BrokenGuest;

/** A line for each guest. Those that cannot be read are among them. */
export const listText = (rows: readonly Row[], screen: Screen, now: Date): string =>
  table(columns(now), rows, screen);

/** A column of what only guests that could be read have. */
const column = (title: string, cell: (overview: Overview) => string, more = {}): Column<Row> => ({
  title,
  cell: (row) => ('guest' in row ? cell(row) : '-'),
  ...more,
});

const columns = (now: Date): readonly Column<Row>[] => [
  { title: 'GUEST', cell: (row) => ('guest' in row ? row.guest.name : row.broken.name) },
  { title: 'STATE', cell: ({ state }) => state, style: stateStyle },
  column('VERSION', version, { shrinks: true }),
  column('NEXT', (overview) => next(overview, now)),
  { title: 'NOTES', cell: (row) => notes(row).join(', ') || '-', style: notesStyle, shrinks: true },
  column('DEPLOYMENT', deployed, { wide: true }),
  column('SOURCE', ({ guest }) => originName(guest.origin), { wide: true }),
  column('SYSROOT', ({ guest }) => guest.sysroot, { wide: true }),
];

const shown = ({ running, deployments }: Overview) => running ?? deployments[0];

const unknown = ({ isHidden }: Overview): string => (isHidden ? '?' : '-');

function version(overview: Overview): string {
  const deployment = shown(overview);
  return deployment ? versionWords(deployment) : unknown(overview);
}

function deployed(overview: Overview): string {
  const deployment = shown(overview);
  return deployment ? deploymentWords(deployment) : unknown(overview);
}

/** What happens next by itself. A window matters only if an update waits for it. */
function next({ update, staged, undeployed }: Overview, now: Date): string {
  if (update.state === 'running') return 'updating now';
  if (staged && !undeployed && update.window) return `switch ${soonWords(update.window, now)}`;
  return update.next ? `update ${soonWords(update.next, now)}` : '-';
}

/** What a person should know, the worst first. */
function notes(row: Row): string[] {
  if (!('guest' in row)) return ['file has mistakes'];
  const troubles = troublesOf(row).map(({ kind }) => kind);
  return [
    ...troubles.filter((kind) => kind !== 'start failed'),
    ...(row.trial ? ['on trial'] : []),
    ...dueNotes(row),
  ];
}

/** What is to be done. `guestctl status` names the commands. */
function dueNotes(overview: Overview): string[] {
  const { state, staged, undeployed, unapplied } = overview;
  const isUp = state === 'running' || state === 'stopping';
  const boots = bootsAnother(overview);
  const due = [];
  if (unapplied.reload) due.push('reload');
  if (unapplied.update) due.push('update');
  if (unapplied.reboot || (boots && isUp)) due.push('reboot');
  const notes = due.length > 0 ? [`${due.join(', ')} due`] : [];
  if (boots && !isUp) notes.push(staged && !undeployed ? 'update staged' : 'rollback staged');
  return notes;
}

/** True if the next start boots another deployment than the last one. */
const bootsAnother = ({ running, deployments, staged, undeployed, rollback }: Overview): boolean =>
  (staged !== undefined && !undeployed) ||
  rollback !== undefined ||
  (running !== undefined && running !== deployments[0]);

function stateStyle({ state }: Row): Style | undefined {
  return state === 'failed' ? 'bad' : state === 'running' ? 'good' : undefined;
}

const notesStyle = (row: Row): Style | undefined =>
  !('guest' in row) || troublesOf(row).length > 0 ? 'bad' : notes(row).length > 0 ? 'warn' : undefined;
