// Updates that wait for others: all have a new commit, and no slot is free.
import { declare, guestFile, update } from '../test/host/guests.ts';
import type { Host } from '../test/host/host.ts';
import { serveMirror } from '../test/host/http.ts';
import { makeMirror } from '../test/host/mirror.ts';
import { makeWait } from '../test/host/waiting-updates.ts';
import { publishAnother } from './guest.ts';
import { row } from './results.ts';
import type { Scenario } from './scenario.ts';

const names = Array.from({ length: 10 }, (_, index) => `queue-${index}`);

export const queue: Scenario = {
  name: 'queue',
  measure: async (host) => {
    await makeMirror(host);
    const { url } = await serveMirror(host);
    for (const name of names) await declare(host, name, guestFile('', `${url}/repo`));
    // The second one finds nothing new, and writes down what it asked.
    for (const name of [...names, ...names]) await update(host, name);
    await host.sh(publishAnother);
    const { nodes, release } = await makeWait(host, names);
    const kib = await memoryOfUpdates(host);
    await host.sh(`systemctl stop ${names.map((name) => `ostree-guest-update@${name}`).join(' ')}`);
    await release();
    const ours = (value: number) => ({ name: 'ours', samples: [value] });
    const what = `${names.length} updates that wait`;
    return {
      rows: [
        row(`${what}, Node`, 'processes', ours(nodes), { is: 'at most', limit: 1 }),
        row(`${what}, memory`, 'MiB', ours(kib / 1024)),
      ],
    };
  },
};

/** In KiB; what processes share is divided between them. */
const memoryOfUpdates = async (host: Host): Promise<number> =>
  Number(
    await host.sh(`cd /sys/fs/cgroup
      find . -path '*/ostree-guest-update@*' -name cgroup.procs -exec cat {} + | while read -r process; do
        sed -n 's/^Pss: *\\([0-9]*\\) kB/\\1/p' /proc/$process/smaps_rollup || :
      done | awk '{ sum += $1 } END { print sum }'`),
  );
