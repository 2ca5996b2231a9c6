import { nspawnUnits } from '../../generator/nspawn/driver.ts';
import type { Machine } from '../machine.ts';
import { nspawnFindings } from './doctor.ts';
import { attachInside, checkInside, serviceInside, shellInside } from './inside.ts';
import { addressesOf, usersOf } from './machined.ts';

/** Guests as containers of systemd-nspawn(1), which systemd-machined knows. */
export const nspawn: Machine = {
  unit: nspawnUnits.unit,
  systemctl: (machine, args, ask) => ask('systemctl', [`--machine=${machine}`, ...args]),
  check: checkInside,
  service: serviceInside,
  attach: attachInside,
  shell: shellInside,
  // systemd-machined answers with the root directory of the machine.
  journal: (machine) => ({ option: `--machine=${machine}`, readable: ['/run/dbus/system_bus_socket'] }),
  addresses: addressesOf,
  users: usersOf,
  findings: nspawnFindings,
  words: (verb, guest) => `machinectl ${verb} ${guest}`,
  journalWords: (machine, unit) => `journalctl --machine=${machine} -u ${unit}`,
};
