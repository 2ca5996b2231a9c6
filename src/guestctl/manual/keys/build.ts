import { type Descriptions, from } from './description.ts';

const manual = 'systemd.nspawn(5)';

export const buildDescriptions: Descriptions = {
  Build: {
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
  },
  Exec: from(manual, {
    Environment: 'Environment variables of the commands: NAME=VALUE.',
  }),
  Files: from(manual, {
    BindReadOnly:
      'A file or directory of the host that the commands may read, in addition to /usr and /etc. In the container its files belong to nobody. With the option idmap (SOURCE:DESTINATION:idmap) they keep their owners, and the commands can also read files that only root may read.',
  }),
};
