import { Command, Option } from 'commander';
import { loadGuests } from '../config/load.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { explain } from '../failure.ts';
import { nodeFiles } from '../node-files.ts';
import { requireGuest } from '../service.ts';
import { overviewJson } from './json.ts';
import { listText } from './list.ts';
import { gather } from './overview.ts';
import { statusText } from './status.ts';

declare const VERSION: string;

const output = () =>
  new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text');

const program = new Command('guestctl')
  .description('What systemd has no word for, of the OSTree guests on this host.')
  .version(VERSION)
  .addHelpText('after', machinesHelp())
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

program
  .command('list')
  .description('all guests: what runs, what is staged, when the next update is')
  .addOption(output())
  .action(async (options: { output: string }) => {
    const { guests, problems } = loadGuests(nodeFiles);
    const overviews = await gather(guests);
    console.log(
      options.output === 'json' ? json(overviews.map(overviewJson)) : listText(overviews, problems),
    );
    complainOf(problems);
  });

program
  .command('status')
  .description('one guest: which deployment runs, which is next, and when')
  .argument('<guest>')
  .addOption(output())
  .action(async (name: string, options: { output: string }) => {
    const [overview] = await gather([requireGuest(name)]);
    if (overview)
      console.log(options.output === 'json' ? json(overviewJson(overview)) : statusText(overview));
  });

// Without a command it lists, as systemctl and machinectl do.
program
  .parseAsync(process.argv.length > 2 ? process.argv : [...process.argv, 'list'])
  .catch((error: unknown) => {
    const text = explain(error);
    if (text === undefined) throw error;
    console.error(text);
    process.exitCode = 1;
  });

const json = (value: unknown): string => JSON.stringify(value, undefined, 2);

function complainOf(problems: readonly Problem[]): void {
  for (const problem of problems) console.error(formatProblem(problem));
  if (problems.length > 0) process.exitCode = 1;
}

function machinesHelp(): string {
  return `
Everything else is systemd's:
  systemctl start ostree-guest-update@NAME.service          create or update a guest now
  systemctl enable --now ostree-guest-update@NAME.timer     keep it updated
  machinectl start|enable|shell|login|reboot|poweroff NAME  run it`;
}
