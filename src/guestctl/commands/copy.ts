import { Argument } from 'commander';
import { formatProblem } from '../../config/problem.ts';
import { requireGuest } from '../../state/declared.ts';
import { type Define, guestArgument, outputOption, print, say } from '../command.ts';
import { problemJson } from '../screens/problems.ts';
import { copyGuest } from '../transfer/copy-guest.ts';

interface Options {
  readonly var: boolean;
  readonly stop?: true;
}

export const copy: Define = (guestctl) =>
  guestctl
    .command('copy')
    .description('Make a second guest like one of this host, with its /etc and /var')
    .addArgument(guestArgument())
    .addArgument(new Argument('<name>', 'name of the new guest'))
    .option('--no-var', 'Begin with an empty /var')
    .option('--stop', 'Stop a running guest for the copy, and start it again')
    .addOption(outputOption())
    .addHelpText('after', explanation)
    .action(async (from: string, name: string, options: Options, command) => {
      const guest = requireGuest(from);
      const wish = {
        var: options.var,
        stop: options.stop === true,
        command: `guestctl copy ${from} ${name}`,
      };
      const { plan, manifest, problems } = await copyGuest(guest, name, wish, (text) => say(command, text));
      await print(command, {
        json: () => ({
          guest: name,
          file: plan.guest.file,
          from,
          running: manifest.running,
          var: manifest.var,
          deployments: manifest.deployments.map(({ checksum }) => checksum),
          problems: problems.map(problemJson),
        }),
        text: () => '',
      });
      say(command, `Copied ${from} to ${name}. It makes its own machine ID and SSH host keys when it starts`);
      for (const problem of problems) say(command, `Before it can start: ${formatProblem(problem)}`);
      say(
        command,
        `Change what only one of them may have: guestctl edit ${name}. Start it: guestctl start ${name}`,
      );
    });

const explanation = `
The copy is a machine of its own: it makes its own machine ID and SSH host keys.
A running guest is copied in an instant on btrfs and XFS; elsewhere use --stop.
Change what only one of the two may have, such as ports, before you start the
copy: guestctl edit NAME.`;
