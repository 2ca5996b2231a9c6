// Updates against `ostree pull` and `ostree admin deploy` by hand.
import type { Host } from '../test/host/host.ts';
import { say } from '../test/host/say.ts';
import { bareDeploy, barePull, guest, publishAnother } from './guest.ts';
import { measure } from './measure.ts';
import { type Row, row } from './results.ts';

const ourUpdate = `systemctl start ostree-guest-update@${guest}`;
const ourBoot = `systemctl start ostree-guest-boot@${guest}`;

export async function measureUpdates(host: Host): Promise<Row[]> {
  say('updates ...');
  const nothingNew = { name: 'ours', command: ourUpdate };
  const pull = { name: 'ostree pull', command: barePull };
  const idle = await measure(host, [nothingNew, pull], { rounds: 11 });
  const whole = { name: 'ours', command: `${ourUpdate} && ${ourBoot}` };
  const byHand = { name: 'ostree pull, admin deploy', command: `${barePull} && ${bareDeploy}` };
  const busy = await measure(host, [whole, byHand], { rounds: 7, beforeRound: publishAnother });
  return [
    row('update, nothing new', 'ms', idle(nothingNew), { is: 'times', limit: 1.3 }, idle(pull)),
    row('update, a new commit, and finalize', 'ms', busy(whole), { is: 'times', limit: 1.15 }, busy(byHand)),
  ];
}
