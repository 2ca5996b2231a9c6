// lazy: QuickJS reads this file when one of its functions is called.
import type { Guest } from '../../config/guest.ts';
import type { PortProxy } from '../../config/ports.ts';
import { machineUnits } from '../driver.ts';
import { dropIn, type Generated } from '../generated.ts';
import { unitText } from './unit-text.ts';

const socketOf = (guest: string, { name }: PortProxy): string => `ostree-guest-port@${guest}_${name}.socket`;

/** Returns lines for [Unit] of a guest: its start opens the sockets, whether or not the ports are free. */
export const wantProxies = ({ name, machine }: Guest): string[] =>
  machine.proxies.map((proxy) => `Wants=${socketOf(name, proxy)}`);

/** Makes the sockets of a guest. They are open while it runs. */
export const proxySockets = ({ name, file, machine }: Guest): Generated[] =>
  machine.proxies.map((proxy) => {
    const guest = machineUnits.unit(name);
    const socket = ['[Socket]', ...proxy.listens.map((address) => `ListenStream=${address}`)];
    const unit = unitText(file, { unit: [`BindsTo=${guest}`, `After=${guest}`] });
    return dropIn(socketOf(name, proxy), `${unit}\n${socket.join('\n')}\n`);
  });
