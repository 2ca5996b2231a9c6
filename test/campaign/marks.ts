// Numbers that the campaign writes into /etc and /var of running guests, to see that nothing is lost.
import type { Host } from '../host/host.ts';
import { type Flavour, systemd } from './site.ts';

/** What was written into a running guest. */
export interface Write {
  readonly value: number;
  /** The deployment that the guest ran from; undefined if it went down, or was started anew, meanwhile. */
  readonly deployment: string | undefined;
}

/** Writes the next number, as a process of the guest does. */
export async function writeMark(
  host: Host,
  guest: { readonly name: string; readonly flavour: Flavour; written: number; readonly writes: Write[] },
): Promise<void> {
  const { name, flavour } = guest;
  guest.written += 1;
  const value = guest.written;
  const put = (directory: string) =>
    `echo ${value} >${directory}/campaign.new && mv ${directory}/campaign.new ${directory}/campaign`;
  const write =
    flavour === 'light' ? `${systemd} write ${value}` : `sh -c '${put('/etc')} && ${put('/var')}'`;
  const { exitCode, stdout } = await host.try(`
    leader=$(timeout 10 machinectl show ${name} --property=Leader --value)
    root=$(readlink /run/ostree-guests/${name}/root)
    nsenter --target=$leader --user --mount --root --wd -- ${write}
    kill -0 $leader
    [ "$(readlink /run/ostree-guests/${name}/root)" = "$root" ]
    echo \${root##*/}`);
  guest.writes.push({ value, deployment: exitCode === 0 ? stdout.trim() : undefined });
}
