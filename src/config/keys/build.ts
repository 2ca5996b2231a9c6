import { type Descriptions, from } from '../description.ts';
import type { Row, Tables } from '../key-table.ts';
import { localFile } from '../local-file.ts';
import { command, duration, text } from '../types.ts';
import { filesKeys } from './files.ts';
import { nspawnKeys } from './rows.ts';
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
  Exec: () => nspawnKeys(text, ['Environment', '--setenv', 'words']),
  Files: () => only(filesKeys(), (name) => name === 'BindReadOnly'),
  Unit: unitKeys,
  Service: () => only(serviceKeys(), (name) => !ofLife.includes(name) && !ofGuests.test(name)),
});

// What the manual says of them.

export const buildHelp = (): Descriptions => ({
  Description: { help: 'A description of the build for people.', default: 'Build NAME' },
  Command: {
    help: 'A command that makes the tree. Several commands run one after the other. No shell is used. A program that starts with ./ is in the directory of the build file. See THE COMMAND.',
    repeatable: true,
  },
  Treefile:
    'Runs rpm-ostree compose tree on this treefile, instead of Command=. A path that starts with ./ is in the directory of the build file.',
  MaxAgeSec: {
    help: 'If the last result is not older than this and the build file has not changed since, an update uses it and does not build again. Guests that update one after the other then share one run.',
    default: '0, which builds at each update',
  },
});

export const buildExecHelp = (): Descriptions =>
  from('systemd.nspawn(5)', {
    Environment: 'Environment variables of the commands: NAME=VALUE.',
  });

export const buildFilesHelp = (): Descriptions =>
  from('systemd.nspawn(5)', {
    BindReadOnly:
      'A file or directory of the host that the commands may read, in addition to /usr and /etc. In the container its files belong to nobody. With the option idmap (SOURCE:DESTINATION:idmap) they keep their owners, and the commands can also read files that only root may read.',
  });
