// The deployments of a guest: which runs, which is next, and what can be done with each.
import type { ToldGuest, ToldListedDeployment } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import type { GuestCommand } from './actions.ts';
import { type Badge, shortName } from './row.ts';
import { size } from './times.ts';

export interface ShownDeployment {
  /** CHECKSUM.SERIAL, as guestctl takes it. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly badges: readonly Badge[];
  /** What it takes on disk that nothing else has. */
  readonly size: string;
  readonly actions: readonly GuestCommand[];
}

export function deploymentRow(
  guest: ToldGuest,
  deployment: ToldListedDeployment,
  language: string,
): ShownDeployment {
  const { checksum, serial, title, unique } = deployment;
  const version = guest.deployments.find((one) => one.checksum === checksum)?.version ?? null;
  return {
    id: `${checksum}.${serial}`,
    name: shortName({ checksum, title, version }),
    title,
    badges: badgesOf(deployment),
    size: size(unique, language),
    actions: actionsOfDeployment(guest.name, deployment),
  };
}

function badgesOf(deployment: ToldListedDeployment): readonly Badge[] {
  const badges: Badge[] = [];
  if (deployment.running) badges.push({ text: t('running'), colour: 'green' });
  if (deployment.next) badges.push({ text: t('next start'), colour: 'blue' });
  if (deployment.trial)
    badges.push({ text: t('on trial, {left} starts left', { left: deployment.trial.left }), colour: 'blue' });
  if (deployment.pinned) badges.push({ text: t('pinned'), colour: 'grey' });
  if (deployment.rejected !== null) badges.push({ text: t('rejected'), colour: 'red' });
  return badges;
}

function actionsOfDeployment(
  name: string,
  { checksum, serial, next, pinned }: ToldListedDeployment,
): readonly GuestCommand[] {
  const id = `${checksum}.${serial}`;
  const pin: GuestCommand = pinned
    ? {
        id: 'unpin',
        label: t('Unpin'),
        args: ['unpin', name, id],
        doing: t('Unpinning a deployment of {name}', { name }),
      }
    : {
        id: 'pin',
        label: t('Pin'),
        args: ['pin', name, id],
        doing: t('Pinning a deployment of {name}', { name }),
      };
  return next ? [pin] : [rollback(name, id), pin];
}

const rollback = (name: string, id: string): GuestCommand => ({
  id: 'rollback',
  label: t('Boot at next start'),
  args: ['rollback', name, id],
  doing: t('Going back to another deployment of {name}', { name }),
  question: t(
    'The next start of {name} boots this deployment, with the /etc that it had when it last ran. /var stays as it is. Updates skip what it goes back from, until that is forgiven.',
    { name },
  ),
});

export const forgive = (name: string): GuestCommand => ({
  id: 'forgive',
  label: t('Forgive'),
  args: ['forgive', name],
  doing: t('Letting {name} try what failed again', { name }),
});
