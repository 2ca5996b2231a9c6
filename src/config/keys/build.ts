import type { Tables } from '../key-table.ts';
import { command, duration, text } from '../types.ts';
import { filesKeys } from './files.ts';
import { localFile } from './packages.ts';
import { carried } from './rows.ts';
import { unitTables } from './unit.ts';

const ofLife = ['Restart', 'RestartSec', 'WatchdogSec'];
const ofGuests = /Credential/;

/** Every key that a build file may have. */
export const buildTables = (): Tables => ({
  Build: () => [
    [text, 'Description'],
    [command, 'Command'],
    [localFile, 'Treefile'],
    [duration, 'MaxAgeSec'],
  ],
  Exec: () => carried(text, 'Environment --setenv words'),
  Files: () => filesKeys().filter(([, name]) => name === 'BindReadOnly'),
  Unit: () => unitTables['Unit']?.() ?? [],
  Service: () =>
    (unitTables['Service']?.() ?? []).flatMap(([type, names]) => {
      const left = names.split(' ').filter((name) => !ofLife.includes(name) && !ofGuests.test(name));
      return left.length > 0 ? [[type, left.join(' ')] as const] : [];
    }),
});
