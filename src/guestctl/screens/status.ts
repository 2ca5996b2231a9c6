import { originWords } from '../../config/origin.ts';
import { packagesWords } from '../../config/packages.ts';
import { printableLine } from '../../host/printable.ts';
import { timerUnit } from '../../host/systemctl.ts';
import { timeWords } from '../../host/time-words.ts';
import type { MachineFacts } from '../../machine/machine-facts.ts';
import type { Details } from '../details.ts';
import type { Overview } from '../overview.ts';
import { plain, type Screen } from '../screen.ts';
import { troublesOf } from '../troubles.ts';
import { trialWords } from './deployments.ts';
import { deploymentWords, lockWords, short, sizeWords, unappliedWords } from './wording.ts';
import { wrapped } from './wrapped.ts';

/** Prints one screen on one guest: which deployment runs, which is next, and when. */
export function statusText(
  overview: Overview,
  { space, machine }: Details,
  { width }: Pick<Screen, 'width'> = plain,
): string {
  const { guest, rebased, running, deployments } = overview;
  const lines: [string, string][] = [
    ...troubleLines(overview),
    ['Declared', guest.file],
    ['Source', originWords(guest.origin)],
    ...(rebased === undefined ? [] : [line('', `rebased inside the guest to ${rebased}`)]),
    ...(guest.packages ? [line('Packages', packagesWords(guest.packages))] : []),
    ['Sysroot', guest.sysroot],
    ['State', stateWords(overview)],
    ['Running', runningWords(overview)],
    ...machineLines(machine),
    ...networkLine(overview),
    ...stagedLine(overview),
    ...appliedLine(overview),
    ...lockLine(overview),
    ...dueLines(overview),
    ['Next', nextWords(overview)],
    ['Update', updateWords(overview)],
    ...(overview.update.window ? [line('Window', `next ${timeWords(overview.update.window)}`)] : []),
    ...deployments.map((deployment, index): [string, string] => [
      index === 0 ? 'Deployed' : '',
      `${deployment === running ? '*' : ' '} ${deploymentWords(deployment)}${spaceWords(space.get(deployment.name))}`,
    ]),
  ];
  const margin = Math.max(...lines.map(([label]) => label.length)) + 2;
  const body = lines.flatMap(([label, text]) => {
    const [first = '', ...more] = wrapped(printableLine(text), width, ' '.repeat(margin + 1));
    return [`${(label && `${label}:`).padStart(margin)} ${first.slice(margin + 1)}`, ...more];
  });
  return [printableLine(`${guest.name} - ${guest.description}`), ...body].join('\n');
}

const line = (label: string, text: string): [string, string] => [label, text];

function machineLines(machine: MachineFacts | undefined): [string, string][] {
  if (!machine) return [];
  const { memory, cpu, tasks, addresses } = machine;
  const words = [
    memory !== undefined && `${sizeWords(memory)} of memory`,
    cpu !== undefined && `${cpu.toFixed(1)} s of CPU`,
    tasks !== undefined && `${tasks} tasks`,
  ].filter(Boolean);
  return [
    ...(words.length > 0 ? [line('Uses', words.join(', '))] : []),
    ...addresses.map((address, index): [string, string] => [index === 0 ? 'Address' : '', address]),
  ];
}

/** Says which network the guest file asks for; nothing if that is the default. */
function networkLine({ guest: { machine, values } }: Overview): [string, string][] {
  const parts = ['Zone', 'Bridge', 'Port'].map((key) => {
    const all = values.all('Network', key);
    return all.length > 0 && `${key}=${all.join(' ')}`;
  });
  const words = [kinds[machine.network], ...parts].filter(Boolean);
  return words.length > 0 ? [line('Network', words.join(', '))] : [];
}

const kinds = { veth: '', private: 'of its own, without a link to the host', host: "the host's" } as const;

const spaceWords = (bytes: number | undefined): string =>
  bytes === undefined ? '' : `, ${sizeWords(bytes)} of its own`;

/** Prints failures first, with the command that shows more or repairs them. */
const troubleLines = (overview: Overview): [string, string][] =>
  troublesOf(overview).map(({ message }, index) => [index === 0 ? 'Trouble' : '', message]);

const dueLines = ({ guest, unapplied }: Overview): [string, string][] =>
  unappliedWords(guest, unapplied).map((text, index) => [index === 0 ? 'Due' : '', text]);

function runningWords({ isHidden, running, deployments, trial }: Overview): string {
  if (isHidden) return onlyRoot;
  if (!running) return '-';
  const onTrial = trial && running === deployments[0] ? `, ${trialWords(trial)}` : '';
  return deploymentWords(running) + onTrial;
}

function stateWords({ state, since }: Overview): string {
  if (state === 'running' && since) return `running since ${timeWords(since)}`;
  return state === 'failed' ? 'FAILED' : state;
}

function stagedLine({ staged }: Overview): [string, string][] {
  if (!staged) return [];
  const version = staged.version === undefined ? '' : ` ${staged.version}`;
  const what = `${staged.refspec}${version} (${short(staged.checksum)})`;
  return [['Staged', `${what} on ${timeWords(new Date(staged.time))}`]];
}

function appliedLine({ guest, hold }: Overview): [string, string][] {
  if (!hold) return [];
  const from = hold.from ? `from ${timeWords(hold.from)}` : '';
  const parts = [
    from,
    hold.isOnlyInWindow && 'only in a maintenance window',
    hold.isUnrehearsed && 'once it has been rehearsed',
  ];
  const when = parts.filter(Boolean).join(', ');
  const lines = when ? [line('Applied', `${when}; at any time: guestctl switch ${guest.name}`)] : [];
  if (hold.lock) lines.push(line(when ? '' : 'Applied', lockWords(guest, hold.lock)));
  return lines;
}

function lockLine({ guest, lock }: Overview): [string, string][] {
  if (!lock) return [];
  const { url, group, since, isHeld, fault } = lock;
  const what = `${isHeld ? 'held' : 'asked for'} since ${timeWords(new Date(since))}, group ${group} at ${url}`;
  const why = fault === undefined ? '' : `. It could not be given back: ${fault}`;
  return [line('Lock', `${what}${why}. See: guestctl logs ${guest.name}`)];
}

const onlyRoot = '? (for root only)';

function nextWords({
  isHidden,
  guest,
  damage,
  state,
  staged,
  hold,
  undeployed,
  rollback,
  running,
  deployments,
}: Overview): string {
  if (isHidden) return onlyRoot;
  if (state === 'starting') return 'the deployment that is starting now';
  const how = `guestctl ${state === 'running' || state === 'stopping' ? 'reboot' : 'start'} ${guest.name}`;
  if (staged && !undeployed && !hold) return `the staged update; boot it: ${how}`;
  const isSoon = hold && !hold.from && !undeployed && !rollback;
  const when = [
    hold?.isOnlyInWindow && 'in a maintenance window',
    hold?.isUnrehearsed && 'after its rehearsal',
    hold?.lock && 'with the lock',
  ];
  const inWindow = isSoon ? `; ${when.filter(Boolean).join(' and ')}, the staged update` : '';
  const next = deployments.find(({ name }) => name === rollback?.deployment) ?? deployments[0];
  if (!next) return damage === undefined ? `create it: guestctl update ${guest.name}` : '-';
  const unless = staged && undeployed ? ', unless the staged update can be deployed then' : '';
  if (next === running) return `the running deployment${unless}${inWindow}`;
  return `${deploymentWords(next)}${unless}: ${how}${inWindow}`;
}

function updateWords({ guest, update }: Overview): string {
  if (update.state === 'running') return `now: ${update.status}`;
  return update.next
    ? `next ${timeWords(update.next)}`
    : `not scheduled: systemctl enable --now ${timerUnit(guest.name)}`;
}
