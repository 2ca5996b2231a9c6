// Starting and switching a guest against nspawn by itself.
import type { Host } from '../test/host/host.ts';
import { say } from '../test/host/say.ts';
import { bareDeploy, barePull, bareUnit, guest, guestUnit, publishAnother } from './guest.ts';
import { measure } from './measure.ts';
import { type Row, row } from './results.ts';
import { sumsOf } from './statistics.ts';

const stopBoth = `systemctl stop ${guestUnit} ${bareUnit}`;

/** The time to READY: `systemctl start` waits for it. */
export async function measureStart(host: Host): Promise<Row> {
  say('starts ...');
  const ours = { name: 'ours', before: stopBoth, command: `systemctl start ${guestUnit}` };
  const bare = { name: 'systemd-nspawn', before: stopBoth, command: `systemctl start ${bareUnit}` };
  const measured = await measure(host, [ours, bare], { rounds: 15 });
  return row('start of a guest', 'ms', measured(ours), { is: 'more', limit: 100 }, measured(bare));
}

/** How long the guest is down, as systemd saw it. */
const downtime = `down=$(systemctl show -P ActiveExitTimestampMonotonic ${guestUnit})
  up=$(systemctl show -P ActiveEnterTimestampMonotonic ${guestUnit})
  echo $((up - down))`;

export async function measureSwitch(host: Host): Promise<Row> {
  say('switches ...');
  const ours = {
    name: 'ours, down',
    before: `${stopBoth} && systemctl start ${guestUnit} ostree-guest-update@${guest}`,
    command: `systemctl start ostree-guest-switch@${guest}`,
    elapsed: downtime,
  };
  const shutdown = {
    name: 'shutdown',
    before: `${stopBoth} && systemctl start ${bareUnit}`,
    command: `systemctl stop ${bareUnit}`,
  };
  const finalize = { name: 'finalize', before: barePull, command: bareDeploy };
  const boot = { name: 'boot', before: stopBoth, command: `systemctl start ${bareUnit}` };
  const measured = await measure(host, [ours, shutdown, finalize, boot], {
    rounds: 9,
    beforeRound: publishAnother,
  });
  return row(
    'switch',
    'ms',
    measured(ours),
    { is: 'more', limit: 150 },
    {
      name: 'shutdown, finalize, boot',
      samples: sumsOf(...[shutdown, finalize, boot].map((part) => measured(part).samples)),
    },
  );
}
