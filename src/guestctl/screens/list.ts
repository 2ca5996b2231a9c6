import type { Broken } from '../../config/guest.ts';
import { originName } from '../../config/origin.ts';
import { mistakesIn } from '../../config/problem.ts';
import { soonWords } from '../../host/time-words.ts';
import type { Holding } from '../holding.ts';
import type { BrokenGuest, Overview, State } from '../overview.ts';
import type { Screen, Style } from '../screen.ts';
import { type Trouble, troublesOf } from '../troubles.ts';
import { type Column, table } from './table.ts';
import { deploymentWords, versionWords } from './wording.ts';

/** Prints a line for each guest, including those whose file has mistakes. */
export const listText = (guests: readonly (Overview | BrokenGuest)[], screen: Screen, now: Date): string =>
  table(
    columns,
    guests.map((guest) => ('guest' in guest ? rowOf(guest, now) : brokenRow(guest))),
    screen,
  );

/** A guest in the table. */
interface GuestRow {
  readonly name: string;
  readonly state: State;
  readonly version: string;
  readonly next: string;
  readonly notes: readonly string[];
  /** True if something is wrong with it. */
  readonly isBad: boolean;
  /** For columns that are rarely shown; undefined if the file of the guest has mistakes. */
  readonly overview: Overview | undefined;
}

/** A column that is empty for guests whose file has mistakes. */
const wideColumn = (title: string, cell: (overview: Overview) => string): Column<GuestRow> => ({
  title,
  cell: ({ overview }) => (overview ? cell(overview) : '-'),
  wide: true,
});

const columns: readonly Column<GuestRow>[] = [
  { title: 'GUEST', cell: ({ name }) => name },
  { title: 'STATE', cell: ({ state }) => state, style: stateStyle },
  { title: 'VERSION', cell: ({ version }) => version, shrinks: true },
  { title: 'NEXT', cell: ({ next }) => next },
  { title: 'NOTES', cell: ({ notes }) => notes.join(', ') || '-', style: notesStyle, shrinks: true },
  wideColumn('DEPLOYMENT', deployed),
  wideColumn('SOURCE', ({ guest }) => originName(guest.origin)),
  wideColumn('SYSROOT', ({ guest }) => guest.sysroot),
];

function rowOf(overview: Overview, now: Date): GuestRow {
  const { guest, state, running, deployments } = overview;
  const deployment = running ?? deployments[0];
  const troubles = troublesOf(overview);
  return {
    name: guest.name,
    state,
    version: deployment ? versionWords(deployment) : unknown(overview),
    next: next(overview, now),
    notes: notes(overview, troubles),
    isBad: troubles.length > 0,
    overview,
  };
}

/** Only root sees the deployments of a guest. */
const unknown = ({ isHidden }: Overview): string => (isHidden ? '?' : '-');

function deployed(overview: Overview): string {
  const deployment = overview.running ?? overview.deployments[0];
  return deployment ? deploymentWords(deployment) : unknown(overview);
}

function brokenRow({ broken, state }: BrokenGuest): GuestRow {
  const isHidden = isForRoot(broken);
  return {
    name: broken.name,
    state,
    version: isHidden ? '?' : '-',
    next: '-',
    notes: [isHidden ? 'for root only' : 'file has mistakes'],
    isBad: !isHidden,
    overview: undefined,
  };
}

/** True if nothing is known of a guest because only root may read its file. */
export const isForRoot = ({ problems }: Pick<Broken, 'problems'>): boolean =>
  mistakesIn(problems).length === 0;

/** The status of an update that waits for that of another guest: src/steps/update/slot.ts */
const waits = /^Waiting for (the update of )?another guest/;

/** Says what the timers do next. A maintenance window matters only if an update waits for it. */
function next({ update, staged, hold, undeployed }: Overview, now: Date): string {
  if (update.state === 'running') return waits.test(update.status) ? 'update queued' : 'updating now';
  if (hold?.from && !hold.isOnlyInWindow) return `apply from ${soonWords(hold.from, now)}`;
  if (staged && !undeployed && !hold?.from && update.window) return `switch ${soonWords(update.window, now)}`;
  return update.next ? `update ${soonWords(update.next, now)}` : '-';
}

/** Lists what a person should know, the worst first. The column STATE says whether the guest failed. */
const notes = (overview: Overview, troubles: readonly Trouble[]): string[] => [
  ...troubles.map(({ kind }) => kind).filter((kind) => kind !== 'start failed'),
  ...(overview.trial ? ['on trial'] : []),
  ...dueNotes(overview),
];

/** Lists what a person has to do. `guestctl status` names the commands. */
function dueNotes(overview: Overview): string[] {
  const { state, staged, hold, undeployed, unapplied } = overview;
  const isUp = state === 'running' || state === 'stopping';
  const boots = bootsAnother(overview);
  const due = [];
  if (unapplied.reload) due.push('reload');
  if (unapplied.update) due.push('update');
  if (unapplied.reboot || (boots && isUp)) due.push('reboot');
  const notes = due.length > 0 ? [`${due.join(', ')} due`] : [];
  if (boots && !isUp) notes.push(staged && !undeployed && !hold ? 'update staged' : 'rollback staged');
  if (hold) notes.push(holdNote(hold));
  return notes;
}

function holdNote({ from, isOnlyInWindow, isUnrehearsed }: Holding): string {
  if (from || isOnlyInWindow) return 'update waits';
  return isUnrehearsed ? 'rehearsal due' : 'waits for lock';
}

/** True if the next start boots another deployment than the last one. */
const bootsAnother = ({ running, deployments, staged, hold, undeployed, rollback }: Overview): boolean =>
  (staged !== undefined && !undeployed && !hold) ||
  rollback !== undefined ||
  (running !== undefined && running !== deployments[0]);

function stateStyle({ state }: GuestRow): Style | undefined {
  return state === 'failed' ? 'bad' : state === 'running' ? 'good' : undefined;
}

function notesStyle({ isBad, notes }: GuestRow): Style | undefined {
  return isBad ? 'bad' : notes.length > 0 ? 'warn' : undefined;
}
