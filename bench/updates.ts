// Updates against `ostree pull` and `ostree admin deploy` by hand.
import type { Host } from '../test/host/host.ts';
import { bareDeploy, barePull, guest, makeBareSysroot, makeGuest, publishAnother } from './guest.ts';
import { measure } from './measure.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

const ourUpdate = `systemctl start ostree-guest-update@${guest}`;
const ourBoot = `systemctl start ostree-guest-boot@${guest}`;

export const updates: Scenario = {
  name: 'updates',
  measure: async (host) => {
    await makeGuest(host);
    await makeBareSysroot(host);
    return { rows: await measureUpdates(host) };
  },
};

async function measureUpdates(host: Host): Promise<Row[]> {
  const nothingNew = { name: 'ours', command: ourUpdate };
  const pull = { name: 'ostree pull', command: barePull };
  const { elapsed: idle } = await measure(host, [nothingNew, pull], { rounds: 11 });
  const whole = { name: 'ours', command: `${ourUpdate} && ${ourBoot}` };
  const byHand = { name: 'ostree pull, admin deploy', command: `${barePull} && ${bareDeploy}` };
  const { elapsed: busy } = await measure(host, [whole, byHand], { rounds: 7, beforeRound: publishAnother });
  return [
    row('nothing new', 'ms', idle(nothingNew), { is: 'times', limit: 1.3 }, idle(pull)),
    row(
      '200 new files, 10 MB, from a directory',
      'ms',
      busy(whole),
      { is: 'times', limit: 1.1 },
      busy(byHand),
    ),
  ];
}
