import type { Row, Tables } from '../key-table.ts';
import { localFile } from '../local-file.ts';
import { command, duration, text } from '../types.ts';
import { filesKeys } from './files.ts';
import { carried } from './rows.ts';
import { serviceKeys, unitKeys } from './unit.ts';

const ofLife = ['Restart', 'RestartSec', 'WatchdogSec'];
const ofGuests = /Credential/;

/** The rows without the keys of other names. */
const only = (rows: readonly Row[], isOne: (name: string) => boolean): Row[] =>
  rows.flatMap(([type, names, ...more]) => {
    const left = names.filter(isOne);
    return left.length > 0 ? [[type, left, ...more] as const] : [];
  });

/** Every key that a build file may have. */
export const buildTables = (): Tables => ({
  Build: () => [
    [text, ['Description']],
    [command, ['Command']],
    [localFile, ['Treefile']],
    [duration, ['MaxAgeSec']],
  ],
  Exec: () => carried(text, ['Environment', '--setenv', 'words']),
  Files: () => only(filesKeys(), (name) => name === 'BindReadOnly'),
  Unit: unitKeys,
  Service: () => only(serviceKeys(), (name) => !ofLife.includes(name) && !ofGuests.test(name)),
});
