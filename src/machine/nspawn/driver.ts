import { rmdirSync } from 'node:fs';
import { imagesDirectory, nspawnDirectory } from '../../config/paths.ts';
import { nspawnUnits } from '../../generator/nspawn/driver.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { showUnits } from '../../host/systemctl.ts';
import type { Machine } from '../machine.ts';
import { nspawnFindings } from './doctor.ts';
import { lackOf } from './lack-rule.ts';
import { addressesOf, linksOf, usersOf } from './machined.ts';
import { rehearsalUsers, runRehearsal } from './rehearsal-options.ts';
import { askToReboot, attachInside, checkInside, serviceInside, shellInside } from './run-inside.ts';
import { verifyMachines } from './verify.ts';

/** Guests as containers of systemd-nspawn(1), which systemd-machined knows. */
export const nspawn: Machine = {
  unit: nspawnUnits.unit,
  settings: (guest) => [`${nspawnDirectory}/${guest}.nspawn`],
  identifier: nspawnUnits.identifier,
  // As `machinectl enable` does: without the target, no machine starts with the host.
  unitsAtBoot: (guest) => [nspawnUnits.unit(guest), 'machines.target'],
  systemctl: (machine, args, ask) => ask('systemctl', [`--machine=${machine}`, ...args]),
  check: checkInside,
  service: serviceInside,
  attach: attachInside,
  shell: shellInside,
  reboot: askToReboot,
  // nspawn itself is in another one beside it, and goes on [T 252, 257, 262].
  async processes(guest) {
    const [unit] = await showUnits([nspawnUnits.unit(guest)], ['ControlGroup']);
    return `/sys/fs/cgroup${unit?.['ControlGroup']}/payload`;
  },
  // systemd-machined answers with the root directory of the machine.
  journal: (machine) => ({ option: `--machine=${machine}`, readable: ['/run/dbus/system_bus_socket'] }),
  addresses: addressesOf,
  links: linksOf,
  users: usersOf,
  lackOf,
  rehearsalUsers,
  rehearse: runRehearsal,
  // The empty directory of units/ostree-guest-image@.service.
  forget: (guest) => unlessMissing(() => rmdirSync(`${imagesDirectory}/${guest}`)),
  verify: verifyMachines,
  findings: nspawnFindings,
  words: (verb, guest) => `machinectl ${verb} ${guest}`,
  journalWords: (machine, unit) => `journalctl --machine=${machine} -u ${unit}`,
};
