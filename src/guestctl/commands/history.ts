import { Argument } from 'commander';
import { wallClock } from '../../host/clock.ts';
import { tell } from '../../host/tell.ts';
import { readPast } from '../../state/past-attempts.ts';
import { type Define, outputOption, print } from '../command.ts';
import { attemptJson, historyText } from '../screens/history.ts';

export const history: Define = (guestctl) =>
  guestctl
    .command('history')
    .description('Show past updates, switches and rollbacks and their outcomes, the newest last')
    .addArgument(new Argument('[guest]', 'name of a guest. Default: all guests'))
    .addOption(outputOption())
    .action(async (name: string | undefined, _options, command) => {
      const { attempts, damaged } = await readPast(name);
      for (const place of damaged)
        tell(`${place}: this line is damaged, or of a newer version of ostree-guests. It is left out`);
      await print(command, {
        json: () => attempts.map(attemptJson),
        text: (screen) =>
          historyText(attempts, { ...screen, namesGuests: name === undefined, now: new Date(wallClock()) }),
      });
    });
