import { assessUnit, updateUnit } from '../host/systemctl.ts';
import { driver } from '../machine/driver.ts';
import type { GuestFault } from './guest-fault.ts';
import type { Overview } from './overview.ts';
import { short, undeployedWords } from './screens/wording.ts';

export const troubleKinds = [
  'damaged',
  'start failed',
  'not assessed',
  'rejected',
  'not deployed',
  'no lock',
  'update failed',
] as const;

/** One thing that is wrong with a guest. */
export interface Trouble {
  readonly kind: (typeof troubleKinds)[number];
  /** The problem, and the command that shows more or repairs it. */
  readonly message: string;
}

/** Lists the problems of a guest, for list, status and -o json. */
export function troublesOf({
  guest,
  damage,
  state,
  fault,
  unjudged,
  rejection,
  hold,
  undeployed,
  update,
}: Overview): readonly Trouble[] {
  const troubles: Trouble[] = [];
  const add = (kind: Trouble['kind'], message: string) => troubles.push({ kind, message });
  if (damage !== undefined) add('damaged', damage);
  if (state === 'failed') add('start failed', failedWords(guest.name, fault));
  if (unjudged) add('not assessed', unjudgedWords(guest.name, unjudged));
  if (rejection) {
    const what = `${short(rejection.checksum)} is not used: ${rejection.reason}`;
    add('rejected', `${what}. To try it again: guestctl forgive ${guest.name}`);
  }
  if (undeployed) add('not deployed', undeployedWords(undeployed));
  if (hold?.lock?.kind === 'mistake') add('no lock', `the update waits, because ${hold.lock.reason}`);
  if (update.state === 'failed') {
    const why = update.fault ? `. ${update.fault.replace(/\.?$/, '.')} More` : ', see';
    add('update failed', `the last update failed${why}: systemctl status ${updateUnit(guest.name)}`);
  }
  return troubles;
}

function failedWords(name: string, fault: GuestFault | undefined): string {
  const more = `More: guestctl logs ${name} -n 50`;
  switch (fault?.kind) {
    case 'lack':
      return `the guest has failed, because the host lacks something: ${fault.text}. See: guestctl doctor. Then: guestctl start ${name}`;
    case 'error':
      return `the guest has failed: ${fault.text}. ${more}`;
    case 'lastWords':
      return `the guest has failed. The last line on its console: ${fault.text}. ${more}`;
    case undefined:
      return `the guest has failed, see: systemctl status ${driver.unit(name)}`;
  }
}

const unjudgedWords = (name: string, { reason }: NonNullable<Overview['unjudged']>): string =>
  reason || `there is no verdict on the deployment on trial, see: systemctl status ${assessUnit(name)}`;
