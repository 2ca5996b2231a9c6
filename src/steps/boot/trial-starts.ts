import type { Guest } from '../../config/guest.ts';
import { now } from '../../host/clock.ts';
import { Failure } from '../../host/failure.ts';
import { makeDefault } from '../../ostree/boot-list.ts';
import { type Deployment, listDeployments } from '../../ostree/deployments.ts';
import { readRejection, reject } from '../../state/rejected.ts';
import { countTry, endTrials, fallbackOf, readTrial } from '../../state/trial.ts';
import { record } from '../record-attempt.ts';
import type { Log } from './boot.ts';

/**
 * Goes back to the deployment before where the default one has used up its tries without being blessed. Answers the
 * deployment to boot where it could not be made the default.
 */
export async function giveUpFailed(guest: Guest, log: Log): Promise<Deployment | undefined> {
  const deployments = listDeployments(guest.sysroot);
  const [failed] = deployments;
  const trial = readTrial(guest.name, failed?.name);
  if (!failed || !trial || trial.left > 0) return undefined;
  const fallback = fallbackOf(trial, deployments);
  if (!fallback) {
    endTrials(guest.name);
    throw new Failure(`${failed.title} failed, but there is no deployment to go back to`);
  }
  const reason =
    readRejection(guest.name, failed.checksum)?.reason ??
    `it was not found healthy after ${trial.tries} starts`;
  const message = `${describe(failed)} is given up: ${reason}. Back to ${describe(fallback)}`;
  try {
    // In this order: cut off anywhere, the next start does the rest.
    reject(guest.name, failed.checksum, reason);
    makeDefault(guest.sysroot, fallback);
    endTrials(guest.name);
  } catch (error) {
    log.warn(`${message}. This could not be written down: ${(error as Error).message}`);
    return fallback;
  }
  await record(guest, {
    ...{ action: 'rollback', from: failed.checksum, to: fallback.checksum, outcome: 'done' },
    ...{ trigger: 'start', since: now(), message },
  });
  return undefined;
}

/** Counts a start of a deployment on trial, as boot loaders do: systemd-bless-boot.service(8). */
export function countStart(guest: Guest, log: Log): void {
  const [next] = listDeployments(guest.sysroot);
  const trial = readTrial(guest.name, next?.name);
  if (!trial || trial.left === 0) return;
  countTry(guest.name, trial);
  log.say(`Start ${trial.tries - trial.left + 1} of ${trial.tries} to find it healthy`);
}

const describe = ({ title, name }: Deployment): string => `${title} (${name.slice(0, 12)})`;
