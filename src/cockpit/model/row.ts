// A guest in the list: what runs, what is next, and what is wrong. The rules are those of `guestctl list`.
import type { ToldDeployment, ToldGuest, ToldTrouble } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { soon } from './times.ts';

export type Colour = 'green' | 'red' | 'orange' | 'blue' | 'grey';

export interface Badge {
  readonly text: string;
  readonly colour: Colour;
}

export interface GuestSummary {
  readonly name: string;
  /** Empty unless the guest file has one. */
  readonly description: string;
  readonly state: Badge;
  readonly version: string;
  readonly next: string;
  readonly notes: readonly Badge[];
}

export const summaryOf = (guest: ToldGuest, now: Date, language: string): GuestSummary => ({
  name: guest.name,
  description: guest.description === `OSTree guest ${guest.name}` ? '' : guest.description,
  state: stateBadge(guest),
  version: versionOf(guest),
  next: nextOf(guest, now, language),
  notes: notesOf(guest),
});

export function stateBadge({ state }: ToldGuest): Badge {
  switch (state) {
    case 'running':
      return { text: t('running'), colour: 'green' };
    case 'failed':
      return { text: t('failed'), colour: 'red' };
    case 'starting':
      return { text: t('starting'), colour: 'blue' };
    case 'stopping':
      return { text: t('stopping'), colour: 'blue' };
    case 'stopped':
      return { text: t('stopped'), colour: 'grey' };
    case 'not created':
      return { text: t('not created'), colour: 'grey' };
  }
}

/** Names a deployment in few letters: its version and the first digits of its commit. */
export const shortName = ({ version, title, checksum }: Omit<ToldDeployment, 'serial'>): string =>
  `${version ?? title} ${checksum.slice(0, 8)}`.trimStart();

function versionOf({ running, deployments, hidden }: ToldGuest): string {
  const deployment = running ?? deployments[0];
  if (deployment) return shortName(deployment);
  return hidden ? t('only administrators see it') : '';
}

/** Says what happens by itself next. A maintenance window matters only if an update waits for it. */
function nextOf({ update, staged }: ToldGuest, now: Date, language: string): string {
  if (update.state === 'running') return t('updating now');
  if (staged?.appliedFrom && !staged.onlyInWindow)
    return t('apply from {time}', { time: soon(staged.appliedFrom, now, language) });
  if (staged && !staged.failure && !staged.appliedFrom && update.window)
    return t('switch {time}', { time: soon(update.window, now, language) });
  return update.next ? t('update {time}', { time: soon(update.next, now, language) }) : '';
}

/** Says in a few words what is wrong. */
export function troubleWords(kind: ToldTrouble['kind']): string {
  switch (kind) {
    case 'file has mistakes':
      return t('file has mistakes');
    case 'damaged':
      return t('damaged');
    case 'start failed':
      return t('start failed');
    case 'not assessed':
      return t('not assessed');
    case 'rejected':
      return t('rejected');
    case 'not deployed':
      return t('not deployed');
    case 'no lock':
      return t('no lock');
    case 'update failed':
      return t('update failed');
  }
}

const notesOf = (guest: ToldGuest): readonly Badge[] => [
  ...guest.troubles
    .filter(({ kind }) => kind !== 'start failed')
    .map(({ kind }): Badge => ({ text: troubleWords(kind), colour: 'red' })),
  ...trialNotes(guest),
  ...dueNotes(guest).map((text): Badge => ({ text, colour: 'orange' })),
];

const trialNotes = ({ trial }: ToldGuest): readonly Badge[] =>
  trial ? [{ text: t('on trial, {left} starts left', { left: trial.left }), colour: 'blue' }] : [];

/** True if the next start does not apply the staged update. */
const waits = (staged: ToldGuest['staged']): boolean =>
  staged !== null &&
  (staged.appliedFrom !== null ||
    staged.onlyInWindow ||
    staged.waitsForRehearsal ||
    staged.waitsForLock !== null);

/** Lists what is to be done by somebody. */
function dueNotes(guest: ToldGuest): string[] {
  const { state, staged, unapplied } = guest;
  const isUp = state === 'running' || state === 'stopping';
  const boots = bootsAnother(guest);
  const notes: string[] = [];
  if (unapplied.reload) notes.push(t('reload due'));
  if (unapplied.update) notes.push(t('update due'));
  if (unapplied.reboot || (boots && isUp)) notes.push(t('restart due'));
  if (boots && !isUp) notes.push(staged && !staged.failure ? t('update staged') : t('rollback staged'));
  if (waits(staged)) notes.push(staged?.waitsForLock ? t('waits for a lock') : t('update waits'));
  return notes;
}

/** True if the next start boots another deployment than the last one. */
export function bootsAnother({ running, deployments, staged, rollback }: ToldGuest): boolean {
  const [first] = deployments;
  const isFirst =
    running === null || (running.checksum === first?.checksum && running.serial === first.serial);
  return (staged !== null && !staged.failure && !waits(staged)) || rollback !== null || !isFirst;
}
