// Starting and switching a guest against nspawn by itself.
import type { Host } from '../test/host/host.ts';
import {
  bareDeploy,
  barePull,
  bareUnitOf,
  guest,
  makeBareSysroot,
  makeBareUnits,
  makeGuest,
  publishAnother,
  unitOf,
} from './guest.ts';
import { measure } from './measure.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';
import { sumsOf } from './statistics.ts';

const [ourUnit, bareUnit] = [unitOf(guest), bareUnitOf(guest)];
const stopBoth = `systemctl stop ${ourUnit} ${bareUnit}`;

export const starts: Scenario = {
  name: 'starts',
  measure: async (host) => {
    await makeGuest(host);
    await makeBareSysroot(host);
    await makeBareUnits(host, [guest]);
    return { rows: [await measureStart(host), await measureSwitch(host)] };
  },
};

/** The time to READY: `systemctl start` waits for it. */
async function measureStart(host: Host): Promise<Row> {
  const ours = { name: 'ours', before: stopBoth, command: `systemctl start ${ourUnit}` };
  const bare = { name: 'systemd-nspawn', before: stopBoth, command: `systemctl start ${bareUnit}` };
  const { elapsed } = await measure(host, [ours, bare], { rounds: 15 });
  return row('start', 'ms', elapsed(ours), { is: 'more', limit: 100 }, elapsed(bare));
}

/** How long the guest is down, as systemd saw it. */
const downtime = `down=$(systemctl show -P ActiveExitTimestampMonotonic ${ourUnit})
  up=$(systemctl show -P ActiveEnterTimestampMonotonic ${ourUnit})
  echo $((up - down))`;

async function measureSwitch(host: Host): Promise<Row> {
  const ours = {
    name: 'ours, down',
    before: `${stopBoth} && systemctl start ${ourUnit} ostree-guest-update@${guest}`,
    command: `systemctl start ostree-guest-switch@${guest}`,
    elapsed: downtime,
  };
  const shutdown = {
    name: 'shutdown',
    before: `${stopBoth} && systemctl start ${bareUnit}`,
    command: `systemctl stop ${bareUnit}`,
  };
  const boot = { name: 'boot', before: stopBoth, command: `systemctl start ${bareUnit}` };
  const finalize = { name: 'finalize', before: barePull, command: bareDeploy };
  const { elapsed } = await measure(host, [ours, shutdown, boot, finalize], {
    rounds: 9,
    beforeRound: publishAnother,
  });
  const sum = (...parts: readonly (typeof boot)[]) => ({
    name: parts.map(({ name }) => name).join(', '),
    samples: sumsOf(...parts.map((part) => elapsed(part).samples)),
  });
  return row('switch', 'ms', elapsed(ours), { is: 'more', limit: 100 }, sum(shutdown, boot, finalize));
}
