// An update over HTTP like that of a Debian server after a month: 3100 files, 75 MB.
import { declare, guestFile, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { type MirrorServer, serveMirror } from '../test/host/http.ts';
import { makeMirror } from '../test/host/mirror.ts';
import { bareDeploy, barePull, guest, makeBareSysroot, publishFiles } from './guest.ts';
import { measure } from './measure.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

const publishMonth = publishFiles(3100, 75);

const ours = {
  name: 'ours',
  command: `systemctl start ostree-guest-update@${guest} && systemctl start ostree-guest-boot@${guest}`,
};
const byHand = { name: 'ostree pull, admin deploy', command: `${barePull} && ${bareDeploy}` };

export const overHttp: Scenario = {
  name: 'http',
  measure: async (host) => {
    await makeMirror(host);
    const server = await serveMirror(host);
    await declare(host, guest, guestFile('', `${server.url}/repo`));
    await update(host, guest);
    await makeBareSysroot(host, `${server.url}/repo`);
    return { rows: [...(await measureTimes(host)), ...(await measureTraffic(host, server))] };
  },
};

async function measureTimes(host: Host): Promise<Row[]> {
  const { elapsed, spent } = await measure(host, [ours, byHand], { rounds: 7, beforeRound: publishMonth });
  const target = { is: 'times', limit: 1.1 } as const;
  return [
    row('3100 files, 75 MB, over HTTP', 'ms', elapsed(ours), target, elapsed(byHand)),
    row('3100 files, 75 MB, over HTTP, CPU time', 'ms', spent(ours), target, spent(byHand)),
  ];
}

async function measureTraffic(host: Host, server: MirrorServer): Promise<Row[]> {
  await host.sh(publishMonth);
  const traffic = async ({ name, command }: typeof ours) => {
    await server.forget();
    await host.sh(command);
    const requests = (await server.requests()).length;
    // What is not there has no size.
    const bytes = await host.sh(
      `sed s,^,/srv/mirror, ${server.log} | { xargs -d '\\n' stat -c %s 2>/dev/null || :; } | awk '{ sum += $1 } END { print sum }'`,
    );
    return { requests: { name, samples: [requests] }, kilobytes: { name, samples: [Number(bytes) / 1000] } };
  };
  const [mine, theirs] = [await traffic(ours), await traffic(byHand)];
  return [
    row('requests', 'requests', mine.requests, { is: 'more', limit: 3 }, theirs.requests),
    row('fetched', 'kB', mine.kilobytes, { is: 'times', limit: 1 }, theirs.kilobytes),
  ];
}
