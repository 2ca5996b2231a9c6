// npm run bench [-- SCENARIO...]: what ours costs, against systemd's own and others', in real test hosts. Nothing in it passes or
// fails; a scenario that cannot be measured does not keep the others from it.
import { inspect } from 'node:util';
import { Failure } from '../src/host/failure.ts';
import { bootHost } from '../test/host/host.ts';
import { runProgram } from '../test/host/program.ts';
import { say } from '../test/host/say.ts';
import { describeMachine, load } from './machine.ts';
import { report } from './report.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

function chosen(names: readonly string[]): readonly Scenario[] {
  const unknown = names.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined)
    throw new Failure(
      `${unknown} is no scenario`,
      `There are: ${scenarios.map(({ name }) => name).join(', ')}`,
    );
  return names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name));
}

async function run({ name, measure }: Scenario): Promise<void> {
  say(`${name} ...`);
  const [began, before] = [performance.now(), load()];
  const host = await bootHost();
  try {
    const machine = await describeMachine(host);
    const outcome = await measure(host);
    const date = new Date().toISOString().slice(0, 10);
    report({ name, date, load: before, machine, ...outcome });
  } finally {
    await host.stop();
  }
  say(`${name} took ${Math.round((performance.now() - began) / 1000)} seconds.`);
}

void runProgram(async () => {
  for (const scenario of chosen(process.argv.slice(2)))
    try {
      await run(scenario);
    } catch (error) {
      say(`${scenario.name} failed: ${inspect(error)}`);
      process.exitCode = 1;
    }
});
