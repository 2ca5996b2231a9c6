import { type Guest, managesItself } from '../../config/guest.ts';
import type { MachineUnits } from '../machine-units.ts';
import { fuseLines, ownCommand } from './guest-options.ts';
import { usualCommand } from './options.ts';

/** Runs guests in systemd's own systemd-nspawn@.service, so that its settings, and all of machinectl, also apply to guests. */
export const nspawnUnits: MachineUnits = {
  unit: (guest) => `systemd-nspawn@${guest}.service`,
  identifier: 'systemd-nspawn',
  command: (guest, parameters) =>
    parameters || guest.effects.has('command') ? ownCommand(guest, parameters) : usualCommand(guest),
  layeringLines: fuseLines,
  /** nspawn refuses to start a machine that is left over: src/machine/nspawn/clear-left-over. */
  clearLeftOver: ['ExecStartPre=-sh @LIBDIR@/clear-left-over %i'],
  askingLines: (guest) => (hasNoUsers(guest) ? [enterCapabilities] : none),
};

/** True if the guest has no user namespace, which one has to enter to ask its systemd. */
const hasNoUsers = (guest: Guest): boolean => managesItself(guest) || guest.machine.privateUsers === 'no';

/** Rights to ask the systemd of a guest without a user namespace. */
const enterCapabilities = 'CapabilityBoundingSet=CAP_SYS_PTRACE CAP_SETUID CAP_SETGID';

const none: readonly string[] = [];
