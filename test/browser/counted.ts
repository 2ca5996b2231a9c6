// What a test host can count. The machine that runs it may have control groups of version 1, too: those of version 2 count
// no memory then, and Cockpit's bridge does not find the group of a process, whose line in /proc/PID/cgroup is not the only one.
import type { Host } from '../host/host.ts';

export const countsMemory = async (host: Host, guest: string): Promise<boolean> =>
  /^\d+$/.test(await host.sh(`systemctl show -P MemoryCurrent systemd-nspawn@${guest}`));

/** The bridge of Debian 12 is a program in C, and does not sample it. */
const bridge = '/usr/bin/cockpit-bridge /usr/lib/python3/dist-packages/cockpit/samples.py';

export const countsDisk = async (host: Host): Promise<boolean> =>
  (await host.sh('cat /proc/1/cgroup')).split('\n').length === 1 &&
  (await host.sh(`cat ${bridge} 2>/dev/null | grep -c disk.cgroup || :`)) !== '0';
