import { guestUnit, timerUnit, updateUnit } from '../machine/systemctl.ts';
import type { Overview } from './overview.ts';
import { deploymentWords, short, timeWords } from './words.ts';

/** One screen on one guest: which deployment runs, which is next, and when. */
export function statusText(overview: Overview): string {
  const { guest, running, deployments } = overview;
  const lines: [string, string][] = [
    ['Declared', guest.file],
    ['Source', `${guest.remoteName}:${guest.ref}${guest.remote ? ` (${guest.remote.url})` : ''}`],
    ['Sysroot', guest.sysroot],
    ['State', stateWords(overview)],
    ['Running', running ? deploymentWords(running) : '-'],
    ...stagedLine(overview),
    ['Next', nextWords(overview)],
    ['Update', updateWords(overview)],
    ...deployments.map((deployment, index): [string, string] => [
      index === 0 ? 'Deployed' : '',
      `${deployment === running ? '*' : ' '} ${deploymentWords(deployment)}`,
    ]),
  ];
  const width = Math.max(...lines.map(([label]) => label.length)) + 2;
  const body = lines.map(([label, text]) => `${(label && `${label}:`).padStart(width)} ${text}`);
  return [`${guest.name} - ${guest.description}`, ...body].join('\n');
}

function stateWords({ guest, state, since }: Overview): string {
  if (state === 'running' && since) return `running since ${timeWords(since)}`;
  return state === 'failed' ? `FAILED, see: systemctl status ${guestUnit(guest.name)}` : state;
}

function stagedLine({ staged }: Overview): [string, string][] {
  if (!staged) return [];
  return [['Staged', `${staged.refspec} (${short(staged.checksum)}) on ${timeWords(new Date(staged.time))}`]];
}

function nextWords({ guest, state, staged, running, deployments }: Overview): string {
  const isUp = state === 'running' || state === 'starting' || state === 'stopping';
  const how = `machinectl ${isUp ? 'reboot' : 'start'} ${guest.name}`;
  if (staged) return `what is staged: ${how}`;
  const [next] = deployments;
  if (!next) return `create it: systemctl start ${updateUnit(guest.name)}`;
  return next === running ? 'the same' : `${deploymentWords(next)}: ${how}`;
}

function updateWords({ guest, update }: Overview): string {
  if (update.state === 'running') return `now: ${update.status}`;
  const failed = update.state === 'failed' ? `FAILED, see: systemctl status ${updateUnit(guest.name)}; ` : '';
  const enable = `not scheduled: systemctl enable --now ${timerUnit(guest.name)}`;
  return failed + (update.next ? `next ${timeWords(update.next)}` : enable);
}
