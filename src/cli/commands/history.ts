import { Argument } from 'commander';
import { readEntries } from '../../machine/journal.ts';
import { messageId, parseAttempt } from '../../update/history.ts';
import { type Define, outputOption, print } from '../frame.ts';
import { attemptJson, historyText } from '../screens/history.ts';

export const history: Define = (guestctl) =>
  guestctl
    .command('history')
    .description('what was tried with a guest, or with all of them, and how it ended; the newest last')
    .addArgument(new Argument('[guest]', 'the name of a guest; all of them'))
    .addOption(outputOption())
    .action(async (name: string | undefined, _options, command) => {
      // Nobody but root can have written what counts.
      const matches = [`MESSAGE_ID=${messageId}`, '_UID=0', ...(name ? [`OSTREE_GUEST=${name}`] : [])];
      const attempts = (await readEntries(matches)).map(parseAttempt);
      await print(command, {
        json: () => attempts.map(attemptJson),
        text: (screen) => historyText(attempts, screen),
      });
    });
