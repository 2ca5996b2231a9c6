// npm run campaign -- --seed S --rounds N [--hosts H] [--first N] [--minutes M]: random things happen to guests of real test hosts, and after each round
// what must be true is looked for. The same seed draws the same things.
import { parseArgs } from 'node:util';
import { runProgram } from '../host/program.ts';
import { say } from '../host/say.ts';
import { campaign } from './campaign.ts';

const options = {
  seed: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '10' },
  hosts: { type: 'string', default: '1' },
  // Given by the npm script, which makes a mount namespace for it.
  'own-disk': { type: 'boolean', default: false },
  first: { type: 'string', default: '1' },
  minutes: { type: 'string', default: '1000' },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const [seed, rounds, hosts, first] = [values.seed, values.rounds, values.hosts, values.first].map(
    Number,
  ) as [number, number, number, number];
  const until = Date.now() + Number(values.minutes) * 60_000;
  // Each host has a control group, guests and a seed of its own.
  const results = await Promise.all(
    Array.from({ length: hosts }, (_, host) =>
      campaign({ seed: seed + host, first, rounds, until, say, ownDisk: values['own-disk'] }),
    ),
  );
  const [played, failed] = [
    results.reduce((sum, result) => sum + result.rounds, 0),
    results.reduce((sum, result) => sum + result.failed, 0),
  ];
  say(`${played} rounds, ${failed} of them failed, in ${Math.round(process.uptime())} s`);
  if (failed > 0) process.exitCode = 1;
}

void runProgram(main);
