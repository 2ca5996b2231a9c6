import type { Tables } from '../schema.ts';
import { command, duration, text } from '../types.ts';
import { filesKeys } from './files.ts';
import { localFile } from './packages.ts';
import { carried, keys } from './rows.ts';
import { unitTables } from './unit.ts';

const ofLife = ['Restart', 'RestartSec', 'WatchdogSec'];
const ofGuests = /Credential/;

/** Every key that a build file may have. */
export const buildTables = (): Tables => ({
  Build: () => [
    ...keys('Build', text, 'Description'),
    ...keys('Build', command, 'Command'),
    ...keys('Build', localFile, 'Treefile'),
    ...keys('Build', duration, 'MaxAgeSec'),
  ],
  Exec: () => carried('Exec', text, 'Environment --setenv words'),
  Files: () => filesKeys().filter(({ name }) => name === 'BindReadOnly'),
  Unit: () => unitTables['Unit']?.() ?? [],
  Service: () =>
    (unitTables['Service']?.() ?? []).filter(({ name }) => !ofLife.includes(name) && !ofGuests.test(name)),
});
