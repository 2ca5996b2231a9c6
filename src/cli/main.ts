import { Command, Option } from 'commander';
import type { Source } from '../config/guest.ts';
import { loadGuest, loadGuests, sourcesOf } from '../config/load.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { explain } from '../failure.ts';
import { type Generated, unitsOf } from '../generate/units.ts';
import { nodeFiles } from '../node-files.ts';
import { notDeclared, requireGuest } from '../service.ts';
import { mergedText } from './cat.ts';
import { overviewJson } from './json.ts';
import { listText } from './list.ts';
import { gather } from './overview.ts';
import { type Format, problemsText } from './problems.ts';
import { statusText } from './status.ts';
import { verify } from './verify.ts';

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
    const { guests, broken } = loadGuests(nodeFiles);
    const overviews = await gather(guests);
    console.log(options.output === 'json' ? json(overviews.map(overviewJson)) : listText(overviews, broken));
    complainOf(broken.flatMap(({ problems }) => problems));
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

program
  .command('verify')
  .description('what is wrong with guest files, or nothing; exit status 1 where something is')
  .argument('[guest-or-file...]', 'a name, or a file; all guests that are declared')
  .addOption(
    new Option('--format <format>', 'how to print it').choices(['text', 'json', 'github']).default('text'),
  )
  .action(async (targets: string[], { format }: { format: Format }) => {
    const verified = await verify(targets);
    const problems = verified.flatMap((one) => one.problems);
    const text = problemsText(problems, format, nodeFiles);
    if (text !== '') console.log(text);
    if (problems.length > 0) process.exitCode = 1;
    else if (format === 'text') for (const { name } of verified) console.log(`${name}: no problem`);
  });

program
  .command('cat')
  .description('what a guest is declared as: its file and drop-ins as one, with where each line is from')
  .argument('<guest>')
  .action((name: string) => console.log(mergedText(requireSources(name))));

program
  .command('units')
  .description('what the generator makes of a guest, without making it')
  .argument('<guest>')
  .action((name: string) => {
    const checked = loadGuest(nodeFiles, name);
    if (!checked) throw notDeclared(name);
    console.log(unitsText(unitsOf(checked)));
    if ('broken' in checked) complainOf(checked.broken.problems);
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

/** Where systemd has them put: systemd.generator(7). */
function unitsText(generated: readonly Generated[]): string {
  const text = (file: Generated) => ('text' in file ? file.text : `# -> ${file.target}\n`);
  return generated.map((file) => `# /run/systemd/generator/${file.path}\n${text(file)}`).join('\n');
}

function requireSources(name: string): readonly Source[] {
  const sources = sourcesOf(nodeFiles, name);
  if (sources.length === 0) throw notDeclared(name);
  return sources;
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

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
