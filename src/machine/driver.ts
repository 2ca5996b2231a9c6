import type { Machine } from './machine.ts';
import { nspawn } from './nspawn/driver.ts';

/** The driver that runs guests. src/generator/driver.ts chooses its other part. */
export const driver: Machine = nspawn;
