// What can be done with a guest now, and the command that does it.
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { isNamed } from './named.ts';
import { bootsAnother } from './row.ts';
import { type Transfer, transferLabel } from './transfer.ts';

interface Offered {
  readonly id: string;
  readonly label: string;
  readonly isDanger?: boolean;
}

export interface GuestCommand extends Offered {
  /** guestctl unless it is set. */
  readonly program?: 'systemctl';
  readonly args: readonly string[];
  /** What is said meanwhile. */
  readonly doing: string;
  /** What to ask before; undefined if nothing is lost. */
  readonly question?: string;
  /** The two trees whose difference is to be seen before: arguments of `guestctl diff`. */
  readonly changes?: readonly string[];
}

/** An action that asks for more than a yes. */
interface GuestDialogue extends Offered {
  readonly dialogue: Transfer;
}

export type GuestAction = GuestCommand | GuestDialogue;

const stopping = (name: string): string => t('What runs in {name} is interrupted.', { name });

/** Lists the actions that make sense in the state of the guest, the most likely first. */
export function actionsOf(guest: ToldGuest): readonly GuestAction[] {
  const { name, state, update } = guest;
  const isUp = state === 'running';
  const actions: GuestAction[] = [];
  if (!isNamed(guest)) return actions;
  if (state === 'stopped' || state === 'failed') actions.push(start(name));
  if (isUp && bootsAnother(guest)) actions.push(switchOver(guest));
  if (update.state !== 'running') actions.push(state === 'not created' ? create(name) : updateNow(name));
  if (isUp || state === 'starting') actions.push(restart(name), stop(name));
  if (state !== 'not created') actions.push(update.timer === 'enabled' ? disable(name) : enable(name));
  if (state !== 'not created') actions.push(dialogue('copy'), dialogue('export'));
  if (state === 'stopped' || state === 'failed' || state === 'not created')
    actions.push(dialogue('rename'), remove(guest));
  return actions;
}

const dialogue = (transfer: Transfer): GuestDialogue => ({
  id: transfer,
  label: `${transferLabel(transfer)}…`,
  dialogue: transfer,
});

const start = (name: string): GuestCommand => ({
  id: 'start',
  label: t('Start'),
  args: ['start', name],
  doing: t('Starting {name}', { name }),
});

const stop = (name: string): GuestCommand => ({
  id: 'stop',
  label: t('Stop'),
  args: ['stop', name],
  doing: t('Stopping {name}', { name }),
  question: stopping(name),
});

const restart = (name: string): GuestCommand => ({
  id: 'restart',
  label: t('Restart'),
  args: ['restart', name],
  doing: t('Restarting {name}', { name }),
  question: stopping(name),
});

const updateNow = (name: string): GuestCommand => ({
  id: 'update',
  label: t('Update'),
  args: ['update', name],
  doing: t('Updating {name}', { name }),
});

const create = (name: string): GuestCommand => ({
  id: 'create',
  label: t('Create'),
  args: ['update', name],
  doing: t('Creating {name}', { name }),
});

const switchOver = ({ name, running, staged, rollback }: ToldGuest): GuestCommand => ({
  id: 'switch',
  label: t('Restart into update'),
  args: ['switch', name],
  doing: t('Restarting {name} into its update', { name }),
  question: stopping(name),
  changes:
    running && rollback !== null && (!staged || staged.failure !== null)
      ? [`${running.checksum}.${running.serial}`, rollback]
      : [],
});

const remove = ({ name, file, deployments }: ToldGuest): GuestCommand => ({
  id: 'remove',
  label: t('Remove'),
  args: ['remove', '--yes', name],
  doing: t('Removing {name}', { name }),
  question: t(
    'This deletes of {name} for good: its guest file {file}, its deployments ({count}), and its /var with all its data.',
    { name, file, count: deployments.length },
  ),
  isDanger: true,
});

const enable = (name: string): GuestCommand => ({
  id: 'enable',
  label: t('Enable'),
  args: ['enable', '--now', name],
  doing: t('Enabling {name}: it starts now and at boot, and updates by itself', { name }),
});

const disable = (name: string): GuestCommand => ({
  id: 'disable',
  label: t('Disable'),
  args: ['disable', name],
  doing: t('Disabling {name}: it no longer starts at boot', { name }),
});
