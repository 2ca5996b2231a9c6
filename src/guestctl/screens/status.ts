import { originWords } from '../../config/origin.ts';
import { printableLine } from '../../host/printable.ts';
import { guestUnit, timerUnit, updateUnit } from '../../host/systemctl.ts';
import type { MachineFacts } from '../../machine/machine-facts.ts';
import type { Details } from '../details.ts';
import type { Overview } from '../overview.ts';
import { trialWords } from './deployments.ts';
import { deploymentWords, short, sizeWords, timeWords, undeployedWords } from './wording.ts';

/** One screen on one guest: which deployment runs, which is next, and when. */
export function statusText(overview: Overview, { space, machine }: Details): string {
  const { guest, rebased, running, deployments } = overview;
  const lines: [string, string][] = [
    ...troubleLines(overview),
    ['Declared', guest.file],
    ['Source', originWords(guest.origin)],
    ...(rebased === undefined ? [] : [['', `rebased inside the guest to ${rebased}`] as [string, string]]),
    ['Sysroot', guest.sysroot],
    ['State', stateWords(overview)],
    ['Running', runningWords(overview)],
    ...machineLines(machine),
    ...stagedLine(overview),
    ['Next', nextWords(overview)],
    ['Update', updateWords(overview)],
    ...deployments.map((deployment, index): [string, string] => [
      index === 0 ? 'Deployed' : '',
      `${deployment === running ? '*' : ' '} ${deploymentWords(deployment)}${spaceWords(space.get(deployment.name))}`,
    ]),
  ];
  const width = Math.max(...lines.map(([label]) => label.length)) + 2;
  const body = lines.map(
    ([label, text]) => `${(label && `${label}:`).padStart(width)} ${printableLine(text)}`,
  );
  return [printableLine(`${guest.name} - ${guest.description}`), ...body].join('\n');
}

function machineLines(machine: MachineFacts | undefined): [string, string][] {
  if (!machine) return [];
  const { memory, cpu, tasks, addresses } = machine;
  const words = [
    memory !== undefined && `${sizeWords(memory)} of memory`,
    cpu !== undefined && `${cpu.toFixed(1)} s of CPU`,
    tasks !== undefined && `${tasks} tasks`,
  ].filter(Boolean);
  return [
    ...(words.length > 0 ? [['Uses', words.join(', ')] satisfies [string, string]] : []),
    ...addresses.map((address, index): [string, string] => [index === 0 ? 'Address' : '', address]),
  ];
}

const spaceWords = (bytes: number | undefined): string =>
  bytes === undefined ? '' : `, ${sizeWords(bytes)} of its own`;

/** What went wrong comes first, with the command that shows more or sets it right. */
function troubleLines({ guest, damage, rejected, undeployed, update }: Overview): [string, string][] {
  const [last] = [...rejected].sort((a, b) => b.time - a.time);
  return [
    ...(damage === undefined ? [] : [damage]),
    ...(last
      ? [
          `${short(last.checksum)} is not used: ${last.reason}. To try it again: guestctl forgive ${guest.name}`,
        ]
      : []),
    ...(undeployed ? [undeployedWords(undeployed)] : []),
    ...(update.state === 'failed'
      ? [
          `the last update failed${update.fault ? `. ${update.fault.replace(/\.?$/, '.')} More` : ', see'}: systemctl status ${updateUnit(guest.name)}`,
        ]
      : []),
  ].map((text, index) => [index === 0 ? 'Trouble' : '', text]);
}

function runningWords({ running, deployments, trial }: Overview): string {
  if (!running) return '-';
  const onTrial = trial && running === deployments[0] ? `, ${trialWords(trial)}` : '';
  return deploymentWords(running) + onTrial;
}

function stateWords({ guest, state, since }: Overview): string {
  if (state === 'running' && since) return `running since ${timeWords(since)}`;
  return state === 'failed' ? `FAILED, see: systemctl status ${guestUnit(guest.name)}` : state;
}

function stagedLine({ staged }: Overview): [string, string][] {
  if (!staged) return [];
  return [['Staged', `${staged.refspec} (${short(staged.checksum)}) on ${timeWords(new Date(staged.time))}`]];
}

function nextWords({
  guest,
  damage,
  state,
  staged,
  undeployed,
  rollback,
  running,
  deployments,
}: Overview): string {
  const isUp = state === 'running' || state === 'starting' || state === 'stopping';
  const how = `machinectl ${isUp ? 'reboot' : 'start'} ${guest.name}`;
  if (staged && !undeployed) return `the staged update; boot it: ${how}`;
  const next = deployments.find(({ name }) => name === rollback?.deployment) ?? deployments[0];
  if (!next) return damage === undefined ? `create it: systemctl start ${updateUnit(guest.name)}` : '-';
  const unless = undeployed ? ', unless the staged update can be deployed then' : '';
  return next === running ? `the running deployment${unless}` : `${deploymentWords(next)}${unless}: ${how}`;
}

function updateWords({ guest, update }: Overview): string {
  if (update.state === 'running') return `now: ${update.status}`;
  return update.next
    ? `next ${timeWords(update.next)}`
    : `not scheduled: systemctl enable --now ${timerUnit(guest.name)}`;
}
