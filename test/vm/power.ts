// Power cuts: QEMU is killed at some points of an update, a switch and a boot, each time from the same saved state. After
// each the host boots with its guest on what it had or on what is new, and what was cut off can be completed.
import assert from 'node:assert/strict';
import { status, update } from '../host/guests.ts';
import { say } from '../host/say.ts';
import { expectNoFailures, expectWell, hostDeployments } from './checks.ts';
import { type Machine, timed } from './machine.ts';
import { guest, publishNext, type Scenario, type Stage } from './stage.ts';

const unit = (step: string) => `ostree-guest-${step}@${guest}.service`;

/** How far a step has come when the power goes, as parts of the time that it takes undisturbed. */
const points = { update: [0.1, 0.35, 0.6, 0.85], switch: [0.2, 0.5, 0.8], boot: [0.1, 0.4, 0.8] };
type Step = keyof typeof points;

/** The states that the machine is saved in: with the next version published, and with it staged. */
const states = { update: 'published', switch: 'staged', boot: 'staged' } as const;

interface Undisturbed {
  readonly commits: readonly [string, string];
  /** How long each step takes in the machine, in seconds. */
  readonly times: Readonly<Record<Step, number>>;
}

/** Goes the way of an update once, saves the states on it, and measures its steps. */
async function goUndisturbed(stage: Stage): Promise<Undisturbed> {
  const { machine } = stage;
  const { running } = await status(machine, guest);
  const next = await publishNext(stage);
  await machine.save('published');
  await timed('updated', () => update(machine, guest));
  await machine.save('staged');
  await timed('switched', () => machine.run('systemctl', 'start', unit('switch')));
  await expectWell(machine, guest, [next]);
  const times = {
    update: await duration(machine, 'update'),
    switch: await duration(machine, 'switch'),
    boot: await duration(machine, 'boot'),
  };
  return { commits: [running?.checksum ?? '', next], times };
}

/** How long the last run of a step took. */
async function duration(machine: Machine, step: Step): Promise<number> {
  const times = await machine.sh(`systemctl show --value ${unit(step)} \\
    --property=ExecMainStartTimestampMonotonic --property=ExecMainExitTimestampMonotonic`);
  const [began = 0, ended = 0] = times.split(/\s+/).map(Number);
  return Math.abs(ended - began) / 1e6;
}

/** Begins a step, and cuts the power after some seconds. Answers whether the step had not ended by then. */
async function cutIn(machine: Machine, step: Step, seconds: number): Promise<boolean> {
  await machine.restore(states[step]);
  if (step === 'boot') {
    await machine.cut();
    await machine.boot();
  }
  // The host's boot begins the boot step by itself.
  const begin =
    step === 'boot'
      ? `until [ "$(systemctl is-active ${unit(step)})" = activating ]; do
           [ -e /var/lib/ostree-guests/${guest}/staged.json ] || [ -e /var/lib/ostree-guests/${guest}/finalizing.json ] || break
           sleep 0.1
         done`
      : `systemctl start --no-block ${unit(step)}`;
  const state = await machine.try(`${begin}; sleep ${seconds}; systemctl is-active ${unit(step)}`);
  await machine.cut();
  return state.stdout.includes('activating');
}

/** Made once for all of the steps. */
let undisturbed: Promise<Undisturbed> | undefined;

const cutsIn = (step: Step): Scenario => ({
  name: `the power goes in ${step === 'update' ? 'an update' : step === 'switch' ? 'a switch' : 'a boot'}`,
  async run(stage) {
    const { machine } = stage;
    undisturbed ??= goUndisturbed(stage);
    const { commits, times } = await undisturbed;
    const [, next] = commits;
    let hits = 0;
    let host: string[] | undefined;
    for (const point of points[step]) {
      const seconds = point * times[step];
      const hit = await cutIn(machine, step, seconds);
      if (hit) hits += 1;
      say(`    cut ${seconds.toFixed(1)} s into the ${step}${hit ? '' : ', which had ended'}`);
      await machine.boot();
      await timed('found well', () => expectWell(machine, guest, commits));
      host ??= await hostDeployments(machine);
      assert.deepEqual(await hostDeployments(machine), host);
      await expectNoFailures(machine);
      await timed('completed', () => complete(machine, next));
    }
    return `${points[step].length} cuts, ${hits} while it ran (${times[step].toFixed(0)} s)`;
  },
});

/** What was cut off is taken up again by the next update and switch. */
async function complete(machine: Machine, commit: string): Promise<void> {
  await update(machine, guest);
  await machine.run('systemctl', 'start', unit('switch'));
  await expectWell(machine, guest, [commit]);
}

export const powerCuts: readonly Scenario[] = (Object.keys(points) as Step[]).map(cutsIn);
