import { Argument } from 'commander';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestArgument, outputOption, print } from '../command.ts';
import { diff as compare } from '../diff/compare.ts';
import { diffJson, diffText } from '../screens/diff.ts';

export const diff: Define = (guestctl) =>
  guestctl
    .command('diff')
    .description('Show what an update changes: packages, files, and conflicts with local changes in /etc')
    .addArgument(guestArgument())
    .addArgument(new Argument('[from]', 'deployment, commit or ref. Default: what the guest runs'))
    .addArgument(
      new Argument('[to]', 'deployment, commit or ref. Default: what is staged, else what was deployed last'),
    )
    .addOption(outputOption())
    .action(async (name: string, from: string | undefined, to: string | undefined, _options, command) => {
      const difference = await compare(requireGuest(name), from, to);
      await print(command, {
        json: () => diffJson(difference),
        text: (screen) => diffText(difference, screen),
      });
    });
