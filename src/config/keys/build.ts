import type { Key } from '../schema.ts';
import { command, duration, text } from '../types.ts';
import { carried } from './carried.ts';
import { filesKeys } from './files.ts';
import { localFile } from './packages.ts';
import { unitKeys } from './unit.ts';

/** The sections that are our own. */
const ownKeys: readonly Key[] = [
  {
    section: 'Build',
    name: 'Description',
    type: text,
    default: 'Build NAME',
    help: 'What is built, for people.',
  },
  {
    section: 'Build',
    name: 'Command',
    type: command,
    repeatable: true,
    help: 'A command that makes the tree; several are run one after the other. No shell is used. A program that starts with ./ is beside the build file. See THE COMMAND.',
  },
  {
    section: 'Build',
    name: 'Treefile',
    type: localFile,
    help: 'The tree is made by rpm-ostree compose tree of this treefile, instead of Command=. One that starts with ./ is beside the build file.',
  },
  {
    section: 'Build',
    name: 'MaxAgeSec',
    type: duration,
    default: '0, to build at each update',
    help: 'An update takes the last result as it is if it is not older than this, and nothing in the build file was changed since. So guests that are updated one after the other share one run.',
  },
];

const ofLife = ['Restart', 'RestartSec', 'WatchdogSec'];
const ofGuests = /Credential/;

/** Every key that a build file may have, in the order of the manual. */
export const buildKeys: readonly Key[] = [
  ...ownKeys,
  ...carried('Exec', [
    ['Environment', text, '--setenv', 'words', 'Environment variables of the commands: NAME=VALUE.'],
  ]),
  ...filesKeys
    .filter(({ name }) => name === 'BindReadOnly')
    .map((key) => ({
      ...key,
      help: 'A file or directory of the host that the commands may read, beside /usr and /etc. Its files belong to nobody there; with the option idmap (SOURCE:DESTINATION:idmap) they have their owners, and root may read what only root may.',
    })),
  ...unitKeys.filter(
    ({ section, name }) =>
      section === 'Unit' || (section === 'Service' && !ofLife.includes(name) && !ofGuests.test(name)),
  ),
];
