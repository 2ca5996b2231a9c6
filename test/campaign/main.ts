// npm run campaign -- --seed S --rounds N [--hosts H] [--first N] [--minutes M] [--script FILE]: random things happen to guests of real test hosts, and after each round
// what must be true is looked for. The same seed draws the same things.
import { readFileSync } from 'node:fs';
import { inspect, parseArgs } from 'node:util';
import { runProgram } from '../host/program.ts';
import { say } from '../host/say.ts';
import { campaign, type Result, usualCast } from './campaign.ts';
import type { Script } from './reduce.ts';
import { type Failure, player, reduceFailure, textOf } from './replay.ts';

const options = {
  seed: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '10' },
  hosts: { type: 'string', default: '1' },
  // Given by the npm script, which makes a mount namespace for it.
  'own-disk': { type: 'boolean', default: false },
  first: { type: 'string', default: '1' },
  minutes: { type: 'string', default: '1000' },
  // How long one failed round is made smaller.
  reduce: { type: 'string', default: '20' },
  script: { type: 'string' },
} as const;

const { values } = parseArgs({ options });
const ownDisk = values['own-disk'];
const inMinutes = (minutes: string) => Date.now() + Number(minutes) * 60_000;

async function main(): Promise<void> {
  if (values.script !== undefined) return playScript(values.script);
  const [seed, rounds, hosts, first] = [values.seed, values.rounds, values.hosts, values.first].map(
    Number,
  ) as [number, number, number, number];
  const until = inMinutes(values.minutes);
  // Each host has a control group, guests and a seed of its own.
  const ended = await Promise.all(
    Array.from({ length: hosts }, (_, host) =>
      campaign({ seed: seed + host, first, rounds, until, say, ownDisk }).catch((error: unknown) => {
        // At once: the others go on.
        say(inspect(error));
        process.exitCode = 1;
        return undefined;
      }),
    ),
  );
  const results = ended.filter((one) => one !== undefined);
  const count = (of: (result: Result) => number) => results.reduce((sum, result) => sum + of(result), 0);
  const [played, failed] = [count((one) => one.rounds), count((one) => one.failures.length)];
  say(`${played} rounds, ${failed} of them failed, in ${Math.round(process.uptime())} s`);
  if (failed > 0) process.exitCode = 1;
  for (const failure of results.flatMap(({ failures }) => failures)) await makeSmaller(failure);
}

async function makeSmaller(failure: Failure): Promise<void> {
  const number = failure.rounds.at(-1)?.number;
  say(`round ${number}, ${failure.wrong[0]?.guest}: ${failure.wrong[0]?.what}`);
  const on = player(usualCast, ownDisk);
  try {
    const script = await reduceFailure(failure, on, { until: inMinutes(values.reduce), say });
    say(script ? textOf(script) : '  it did not fail again');
  } finally {
    await on.end();
  }
}

/** Plays a script as often as `--rounds` says. */
async function playScript(file: string): Promise<void> {
  const script: Script = JSON.parse(readFileSync(file, 'utf8'));
  const on = player(usualCast, ownDisk, say);
  try {
    for (let count = 1; count <= Number(values.rounds); count += 1) {
      const wrong = await on.play(script);
      say(`${count}: ${wrong.length === 0 ? 'nothing is wrong' : ''}`);
      if (wrong.length > 0) process.exitCode = 1;
    }
  } finally {
    await on.end();
  }
}

void runProgram(main);
