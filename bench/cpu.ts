// Measures processor time instead of the time on the clock: what all processes of the host take, but for the web server that it
// updates from. On a busy machine it says more than the clock.
import type { Contender } from './loop.ts';

/** Of a control group, in microseconds. */
const usage = (group: string): string => `$(sed -n 's/^usage_usec //p' /sys/fs/cgroup/${group}cpu.stat)`;

const used = `$((${usage('')} - ${usage('system.slice/mirror-http-8080.service/')}))`;

export const inCpuTime = ({ name, before = ':', command }: Contender): Contender => ({
  name,
  before: `${before}\nspent=${used}`,
  command,
  elapsed: `echo $((${used} - spent))`,
});
