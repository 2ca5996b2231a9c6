import type { MachineUnits } from './machine-units.ts';
import { nspawnUnits } from './nspawn/driver.ts';

/** The driver that runs guests. src/machine/driver.ts chooses its other part. */
export const machineUnits: MachineUnits = nspawnUnits;
