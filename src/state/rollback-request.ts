import type { DeploymentName } from '../ostree/names.ts';
import { stateFiles } from './state-files.ts';

/** A request to make a deployment the default at the guest's next start. */
export interface Rollback {
  /** CHECKSUM.SERIAL */
  readonly deployment: DeploymentName;
  /** True if the snapshot of /var that belongs to it is also restored. */
  readonly var: boolean;
  /** When it was asked for, in milliseconds since 1970. */
  readonly time: number;
}

export const readRollback = (guest: string): Rollback | undefined => stateFiles.rollback.read(guest);
export const writeRollback = (guest: string, rollback: Rollback): void =>
  stateFiles.rollback.write(guest, rollback);
export const dropRollback = (guest: string): void => stateFiles.rollback.remove(guest);
