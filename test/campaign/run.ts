// Plays a round on a stage, and looks what came of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Facts, guestUnit, lookAtAll, stepUnit } from './facts.ts';
import { type Seen, violations } from './invariants.ts';
import { apply, nextRound } from './model.ts';
import { actionOf, hostActionOf, type Round, type Step } from './plan.ts';
import { edit, type Guest, offer, remake, type Stage } from './stage.ts';

/** What is wrong after a round. */
export interface Violation {
  readonly guest: string;
  readonly what: string;
}

/** In milliseconds: no command, and no step that was begun, takes longer, also on a machine with much else to do. */
const longest = 600_000;

export async function playRound(stage: Stage, round: Round): Promise<Violation[]> {
  stage.isCut = false;
  const began = Date.now();
  for (const guest of stage.guests) {
    guest.model = nextRound(guest.model);
    Object.assign(guest, { writes: [], updated: undefined, log: [] });
  }
  const played = Promise.all([
    ...stage.guests.map((guest) => play(stage, guest, round.steps[guest.name] ?? [])),
    playHost(stage, round),
  ]);
  const hung = await Promise.race([played.then(() => false), sleep(longest, true, { ref: false })]);
  if (hung) return [{ guest: '', what: 'a command hangs' }];
  const wrong: Violation[] = [];
  const times = [`play ${since(began)}`];
  for (const phase of [finishEditing, finishRemaking, settle, startDoubtful, look, complete, compare]) {
    const phaseBegan = Date.now();
    wrong.push(...(await phase(stage, round)));
    times.push(`${phase.name} ${since(phaseBegan)}`);
  }
  stage.times = times.join(', ');
  return wrong;
}

async function play(stage: Stage, guest: Guest, planned: readonly Step[]): Promise<void> {
  const pending: Promise<unknown>[] = [];
  for (const { action, luck, pause, waits } of planned) {
    if (stage.isCut) break;
    const { possible, effect, run } = actionOf(action);
    // Of a reduced round, what made it possible may be left out.
    if (!possible(guest.model)) continue;
    guest.model = apply(guest.model, effect, waits);
    const done = run(stage, guest, luck).then(
      (said) => note(guest, said ? `${action}: ${said}` : action),
      (error) => note(guest, `${action}: ${(error as Error).message}`),
    );
    note(guest, `${action} ...`);
    pending.push(done);
    if (waits) await done;
    await sleep(pause);
  }
  await Promise.all(pending);
}

function note(guest: Guest, text: string): void {
  guest.log.push(`${new Date().toISOString().slice(11, 23)} ${text}`);
}

async function playHost(stage: Stage, { host }: Round): Promise<void> {
  if (!host) return;
  await sleep(host.pause);
  const { effect, run } = hostActionOf(host.action);
  for (const guest of stage.guests) note(guest, `(host) ${host.action} ...`);
  const said = await run(stage, host.luck);
  // After what went before it, and before what comes after: a guest that was stopped before a power cut is up again.
  for (const guest of stage.guests) {
    guest.model = effect(guest.model);
    note(guest, `(host) ${host.action}${said ? `: ${said}` : ''}`);
  }
}

/** Waits until nothing is on its way any more. Lists what is loaded: to show a unit loads it, each time, which takes ten times as long. */
export async function settle({ host }: Pick<Stage, 'host'>): Promise<Violation[]> {
  const { exitCode, stdout } = await host.try(`
    quiet=0
    while [ $quiet -lt 2 ]; do
      busy=$( { systemctl list-jobs --plain --no-legend &&
        systemctl list-units --all --plain --no-legend 'ostree-guest-*.service' 'systemd-nspawn@*.service'; } |
        awk '$1 ~ /^[0-9]+$/ && $2 ~ /^(ostree-guest-|systemd-nspawn@)/ || $3 ~ /activating/ || /^ostree-guest-assess@/ && $3 == "active"')
      if [ -z "$busy" ]; then quiet=$((quiet + 1)); else quiet=0; fi
      [ $SECONDS -lt 400 ] || { echo "$busy" | tr '\\n' ' '; exit 1; }
      sleep 0.1
    done`);
  return exitCode === 0 ? [] : [{ guest: '', what: `nothing is on its way for ever: ${stdout}` }];
}

/** A change of the guest file that was cut off is made. A host that has booted with half of a file may not know the guest. */
async function finishEditing(stage: Stage): Promise<Violation[]> {
  for (const guest of stage.guests.filter(({ isDeclared }) => !isDeclared)) {
    await edit(stage, guest, {});
    guest.model = { ...guest.model, wanted: 'either' };
  }
  return [];
}

/** A removal that was cut off is completed by the next one. */
async function finishRemaking(stage: Stage): Promise<Violation[]> {
  const wrong: Violation[] = [];
  for (const guest of stage.guests.filter(({ isBeingRemade }) => isBeingRemade)) {
    // Whoever starts it may have been waiting.
    await settle(stage);
    await offer(stage, guest, 'good', 0);
    await remake(stage, guest).catch((error: Error) =>
      wrong.push({ guest: guest.name, what: `a guest can be removed and made anew: ${error.message}` }),
    );
    note(guest, 'made anew, after that was cut off');
    guest.model = { ...guest.model, wanted: 'up', offered: 'good' };
  }
  return wrong;
}

/** A guest that may be down comes up when it is started. */
async function startDoubtful(stage: Stage): Promise<Violation[]> {
  const doubtful = stage.guests.filter(({ model }) => model.wanted === 'either');
  if (doubtful.length === 0) return [];
  const start = async (guest: Guest) => {
    const { exitCode, all } = await stage.host.try(`systemctl start ${guestUnit(guest.name)}`);
    note(guest, `start: ${exitCode}`);
    guest.model = { ...guest.model, wanted: 'up' };
    // The start of one on trial may fail, and then it is started again.
    if (exitCode !== 0) note(guest, all);
  };
  await Promise.all(doubtful.map(start));
  return settle(stage);
}

async function look({ host, guests }: Stage): Promise<Violation[]> {
  const facts = await lookAtAll(host, guests);
  return guests.flatMap((guest) => {
    const after = facts.get(guest.name);
    const { before } = guest;
    if (!after || !before) return [{ guest: guest.name, what: 'it is not there' }];
    guest.before = after;
    return violations(seenOf(guest, before, after)).map((what) => ({ guest: guest.name, what }));
  });
}

const seenOf = ({ model, kinds, writes, updated, policy }: Guest, before: Facts, after: Facts): Seen => {
  const { action, tries, keep, rehearse = false } = policy;
  // With Action=switch, the switch rehearses what is staged.
  const stagesRehearsed = rehearse && action === 'stage';
  return { model, before, after, kinds, writes, updated, tries, keep, rehearse: stagesRehearsed };
};

/** What nobody touches is as it was, now and then also the host itself. */
async function compare(stage: Stage, { number }: Round): Promise<Violation[]> {
  const changed = await stage.untouched.changes(number % 5 === 0);
  return changed.map((what) => ({ guest: 'host', what: `what nobody touches is as it was: ${what}` }));
}

/** Whatever happened before: a good update arrives, is booted and found healthy, and nothing is damaged. */
async function complete(stage: Stage, { completes }: Round): Promise<Violation[]> {
  const guest = stage.guests.find(({ name }) => name === completes);
  if (!guest) return [];
  const { host } = stage;
  const { name } = guest;
  await offer(stage, guest, 'good', 0);
  // A rollback that was asked for comes first.
  const { exitCode, all } = await host.try(`
    [ ! -e /var/lib/ostree-guests/${name}/rollback.json ] || systemctl restart ${guestUnit(name)}
    systemctl start ${stepUnit('update', name)}
    systemctl start ${guestUnit(name)}
    systemctl start ${stepUnit('switch', name)}
    # One that leaves by itself may have been down.
    systemctl start ${guestUnit(name)}
    for repo in /var/lib/ostree-guests/${name}/sysroot/ostree/repo /var/lib/ostree-guests/.builds/${name}/repo; do
      [ ! -e $repo/config ] || ostree fsck --quiet --repo=$repo
    done
    guestctl status ${name} >/dev/null`);
  note(guest, `a good update, to its end: ${exitCode} ${guest.offered.slice(0, 12)}`);
  guest.model = { ...guest.model, offered: 'good', wanted: 'up' };
  const unsettled = await settle(stage);
  const after = (await lookAtAll(host, [guest])).get(name);
  const wrong = [...unsettled];
  if (exitCode !== 0) wrong.push({ guest: name, what: `a good update comes to its end: ${all}` });
  else if (
    after?.deployments[0]?.checksum !== guest.offered ||
    after.root !== after.deployments[0].name ||
    after.staged !== undefined ||
    after.trials.length > 0
  )
    wrong.push({
      guest: name,
      what: `a good update is booted: ${guest.offered} was brought, ${after?.root} runs, staged ${after?.staged}, trials ${after?.trials}`,
    });
  else if (after.history.at(-1)?.outcome !== 'blessed' || after.history.at(-1)?.to !== guest.offered)
    wrong.push({ guest: name, what: `its history tells of it: ${JSON.stringify(after.history.slice(-3))}` });
  if (after && guest.before) {
    const seen = seenOf(guest, guest.before, after);
    const later = { ...seen, model: nextRound(guest.model), writes: [], updated: undefined };
    const found = violations(later).map((what) => ({ guest: name, what: `after a good update: ${what}` }));
    wrong.push(...found);
    guest.before = after;
  }
  return wrong;
}

const since = (began: number): string => ((Date.now() - began) / 1000).toFixed(1);
