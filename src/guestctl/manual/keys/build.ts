import { type Descriptions, from } from './description.ts';

const manual = 'systemd.nspawn(5)';

export const buildDescriptions: Descriptions = {
  Build: {
    Description: { help: 'What is built, for people.', default: 'Build NAME' },
    Command: {
      help: 'A command that makes the tree; several are run one after the other. No shell is used. A program that starts with ./ is beside the build file. See THE COMMAND.',
      repeatable: true,
    },
    Treefile:
      'The tree is made by rpm-ostree compose tree of this treefile, instead of Command=. One that starts with ./ is beside the build file.',
    MaxAgeSec: {
      help: 'An update takes the last result as it is if it is not older than this, and nothing in the build file was changed since. So guests that are updated one after the other share one run.',
      default: '0, to build at each update',
    },
  },
  Exec: from(manual, {
    Environment: 'Environment variables of the commands: NAME=VALUE.',
  }),
  Files: from(manual, {
    BindReadOnly:
      'A file or directory of the host that the commands may read, beside /usr and /etc. Its files belong to nobody there; with the option idmap (SOURCE:DESTINATION:idmap) they have their owners, and root may read what only root may.',
  }),
};
