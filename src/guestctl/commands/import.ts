import { closeSync, openSync } from 'node:fs';
import { Argument } from 'commander';
import { formatProblem } from '../../config/problem.ts';
import { Failure } from '../../host/failure.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { type Define, outputOption, print, say } from '../command.ts';
import { enableWords } from '../enablement.ts';
import { problemJson } from '../screens/problems.ts';
import { terminalReport } from '../terminal-report.ts';
import { type Imported, importGuest } from '../transfer/import-guest.ts';

export const importCommand: Define = (guestctl) =>
  guestctl
    .command('import')
    .description('Make a guest from a file of guestctl export')
    .addArgument(new Argument('<file>', 'the file; - is standard input'))
    .option('--as <name>', 'Give the guest another name')
    .addOption(outputOption())
    .addHelpText('after', explanation)
    .action(async (file: string, { as }: { as?: string }, command) => {
      const report = terminalReport(command);
      const imported = await reading(file, (stdin) => importGuest(stdin, as, report)).finally(report.end);
      await print(command, { json: () => importedJson(imported), text: () => '' });
      for (const line of nextSteps(imported)) say(command, line);
    });

const explanation = `
Everything in the file is checked before the guest appears. Nothing is replaced.
The guest is neither started nor enabled: the last lines name the commands for
that. It has the machine ID and SSH host keys of the original, so do not run
both. A guest file can give a guest any access to this host: if the file comes
from somebody else, look at it before the start: guestctl cat NAME.`;

async function reading<T>(file: string, use: (descriptor: number) => Promise<T>): Promise<T> {
  if (file === '-') {
    if (process.stdin.isTTY) throw new Failure('An archive cannot be typed', 'Name a file, or use a pipe');
    return use(0);
  }
  const descriptor = unlessMissing(() => openSync(file, 'r'));
  if (descriptor === undefined)
    throw new Failure(`There is no file ${file}`, 'Write one: guestctl export NAME');
  try {
    return await use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const importedJson = ({ name, plan, manifest, problems }: Imported) => ({
  guest: name,
  file: plan.guest.file,
  exported: manifest.time,
  var: manifest.var,
  deployments: manifest.deployments.map(({ checksum }) => checksum),
  problems: problems.map(problemJson),
});

function nextSteps({
  name,
  plan,
  manifest: { guest, time, deployments, var: hasVar, enabled },
  problems,
}: Imported): string[] {
  const other = name === guest ? '' : ` of ${guest}`;
  const parts = `${deployments.length} deployment${deployments.length === 1 ? '' : 's'}${hasVar ? ' and its /var' : ', without its /var'}`;
  return [
    `Imported ${name}, as it was${other} at ${time}: ${parts}`,
    ...problems.map((problem) => `Before it can start: ${formatProblem(problem)}`),
    'Do not run it beside the original: both have the same machine ID and SSH host keys',
    `Start it: guestctl start ${name}`,
    ...(enabled.length > 0 ? [`Enable what was enabled: ${enableWords(plan.guest, enabled)}`] : []),
  ];
}
