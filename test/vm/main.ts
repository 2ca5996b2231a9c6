// npm run test:vm: a real machine, in software emulation, goes through the life of a host with guests. It is a script and
// no file of vitest's, because it is one long story: what fails is told and the story goes on, and its result is a table.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { checkout } from '../host/paths.ts';
import { say } from '../host/say.ts';
import { makeWorkDirectory, removeStaleWorkDirectories, removeWorkDirectory } from '../host/workdir.ts';
import { collectDenials, type Denials, denialLines } from './denials.ts';
import { makeDisk } from './disk.ts';
import { makeMachine, seconds } from './machine.ts';
import { type Row, resultTable, updateDocs } from './results.ts';
import { scenarios } from './scenarios.ts';
import { openSite } from './site.ts';
import type { Scenario, Stage } from './stage.ts';

async function tell(stage: Stage, scenario: Scenario): Promise<Row> {
  const began = Date.now();
  say(`${scenario.name} ...`);
  const row = (passed: boolean, seen: string): Row => ({
    what: scenario.name,
    seconds: seconds(began),
    passed,
    seen,
  });
  try {
    const seen = await scenario.run(stage);
    say(`  passed: ${seen} (${seconds(began)} s)`);
    return row(true, seen);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say(`  FAILED after ${seconds(began)} s: ${message}`);
    return row(false, message.split('\n')[0] ?? '');
  }
}

async function tellAll(work: string): Promise<Row[]> {
  const { image, trees } = await makeDisk(work);
  const site = await openSite(work, trees.mirror);
  const machine = await makeMachine(work, image);
  const stage: Stage = { machine, site, commits: [] };
  const denials: Denials = new Map();
  const rows: Row[] = [];
  for (const scenario of chosen()) {
    const row = await tell(stage, scenario);
    rows.push(row);
    if (!row.passed) {
      await report(stage, work);
      if (rows.length < 3) break; // Without a guest there is nothing more to see.
      await machine.restart();
    }
    await collectDenials(machine, denials);
    keepReport('denials.txt', denialLines(denials));
  }
  await machine.cut();
  site.close();
  return rows;
}

/** Those that have one of the words of the command line in their name, after the two that all others need. */
function chosen(): readonly Scenario[] {
  const words = process.argv.slice(2);
  return scenarios.filter(
    ({ name }, index) => !words.length || index < 2 || words.some((word) => name.includes(word)),
  );
}

const directory = () => join(checkout(), 'build/vm');

function keepReport(name: string, lines: readonly string[]): void {
  mkdirSync(directory(), { recursive: true });
  writeFileSync(join(directory(), name), `${lines.join('\n')}\n`);
}

/** Keeps what tells why a scenario failed. */
async function report({ machine }: Stage, work: string): Promise<void> {
  mkdirSync(directory(), { recursive: true });
  const file = join(directory(), 'failures.log');
  const journal = await machine
    .try(
      'journalctl --no-pager --output=short-monotonic --lines=400; guestctl status mail; systemctl --failed',
    )
    .then(({ all }) => all, String);
  appendFileSync(
    file,
    `${journal}\n\nThe console:\n${readFileSync(join(work, 'console.log'), 'utf8').slice(-8000)}\n`,
  );
  say(`  the journal is in ${file}`);
}

async function main(): Promise<void> {
  removeStaleWorkDirectories();
  const work = makeWorkDirectory('vm');
  try {
    const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD']);
    const rows = await tellAll(work);
    const result = { commit, date: new Date().toISOString().slice(0, 10), rows };
    say(`\n${resultTable(result)}`);
    if (process.env['UPDATE_DOCS']) updateDocs(result);
    process.exitCode = rows.length === chosen().length && rows.every(({ passed }) => passed) ? 0 : 1;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    removeWorkDirectory(work);
  }
}

void main();
