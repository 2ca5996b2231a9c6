// Power cuts: QEMU is killed at ten points of an update, a switch and a boot. After each the host boots with its guest on
// what it had or on what is new, and what was cut off can be completed.
import assert from 'node:assert/strict';
import { status, update } from '../host/guests.ts';
import { say } from '../host/say.ts';
import { expectNoFailures, expectUp, expectWell, hostDeployments } from './checks.ts';
import { type Machine, timed } from './machine.ts';
import { guest, publishNext, type Scenario, type Stage } from './stage.ts';

const unit = (step: string) => `ostree-guest-${step}@${guest}.service`;

/** How far a step has come when the power goes, as parts of the time that it takes undisturbed. */
const parts = { update: [0.1, 0.35, 0.6, 0.85], switch: [0.2, 0.5, 0.8], boot: [0.1, 0.4, 0.8] };
type Step = keyof typeof parts;

interface Undisturbed {
  /** What the guest ran, and what is next. */
  readonly commits: readonly [string, string];
  readonly host: readonly string[];
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
  const host = await hostDeployments(machine);
  return { commits: [running?.checksum ?? '', next], host, times };
}

/** How long the last run of a step took, as the journal has it: systemd itself forgets units that are done. */
async function duration(machine: Machine, step: Step): Promise<number> {
  const journal = await machine.sh(`journalctl --sync
    journalctl --quiet --boot --output=short-unix --unit=${unit(step)} _PID=1 | grep -E ': (Starting|Finished) ' | tail -n 2`);
  const [began = 0, ended = 0] = journal.split('\n').map((line) => Number.parseFloat(line));
  assert(ended > began, `How long did the ${step} take? The journal says: ${journal}`);
  return ended - began;
}

/** Begins a step, and cuts the power after some seconds. Answers whether the step had not ended by then. */
async function cutIn({ machine }: Stage, step: Step, seconds: number): Promise<boolean> {
  const { stdout } = await machine.try(
    `${begin[step]}; sleep ${seconds.toFixed(1)}; systemctl is-active ${unit(step)}`,
  );
  await machine.cut();
  const hit = stdout.includes('activating');
  say(`    cut ${seconds.toFixed(1)} s into the ${step}${hit ? '' : ', which had ended'}`);
  return hit;
}

const state = `/var/lib/ostree-guests/${guest}`;
const begin: Readonly<Record<Step, string>> = {
  update: `systemctl start --no-block ${unit('update')}`,
  switch: `systemctl start --no-block ${unit('switch')}`,
  // The host has begun it by itself, or is about to.
  boot: `until [ "$(systemctl is-active ${unit('boot')})" = activating ]; do
      [ -e ${state}/staged.json ] || [ -e ${state}/finalizing.json ] || break
      sleep 0.2
    done`,
};

async function expectUnharmed({ machine }: Stage, { commits, host }: Undisturbed): Promise<void> {
  await timed('found well', () => expectWell(machine, guest, commits));
  assert.deepEqual(await hostDeployments(machine), host);
  await expectNoFailures(machine);
}

/** Cuts updates off: each goes on from what the one before it has left. */
async function cutUpdates(stage: Stage, known: Undisturbed): Promise<number> {
  let hits = 0;
  await stage.machine.restore('published');
  for (const part of parts.update) {
    if (await cutIn(stage, 'update', part * known.times.update)) hits += 1;
    await stage.machine.boot();
    await expectUnharmed(stage, known);
  }
  return hits;
}

/** Cuts switches off, each from the same state: the boot after it completes it. */
async function cutSwitches(stage: Stage, known: Undisturbed): Promise<number> {
  let hits = 0;
  for (const part of parts.switch) {
    await stage.machine.restore('staged');
    if (await cutIn(stage, 'switch', part * known.times.switch)) hits += 1;
    await stage.machine.boot();
    await expectUnharmed(stage, known);
  }
  return hits;
}

/** Cuts a boot off, the next one too, and so on: the last completes it. */
async function cutBoots(stage: Stage, known: Undisturbed): Promise<number> {
  let hits = 0;
  await stage.machine.restore('staged');
  await stage.machine.cut();
  for (const part of parts.boot) {
    await stage.machine.boot();
    if (await cutIn(stage, 'boot', part * known.times.boot)) hits += 1;
  }
  await stage.machine.boot();
  await expectUnharmed(stage, known);
  return hits;
}

/** Made once for all of them. */
let undisturbed: Promise<Undisturbed> | undefined;

function cuts(name: string, step: Step, cutAll: typeof cutUpdates): Scenario {
  return {
    name,
    async run(stage) {
      undisturbed ??= goUndisturbed(stage);
      const known = await undisturbed;
      const hits = await cutAll(stage, known);
      await timed('completed', () => complete(stage.machine, known.commits[1]));
      return `${parts[step].length} cuts, ${hits} while it ran, which takes ${known.times[step].toFixed(0)} s`;
    },
  };
}

/** What was cut off is taken up again by the next update and switch. */
async function complete(machine: Machine, commit: string): Promise<void> {
  await update(machine, guest);
  await machine.run('systemctl', 'start', unit('switch'));
  await expectUp(machine, guest, [commit]);
}

export const powerCuts: readonly Scenario[] = [
  cuts('the power goes in an update', 'update', cutUpdates),
  cuts('the power goes in a switch', 'switch', cutSwitches),
  cuts('the power goes in a boot', 'boot', cutBoots),
];
