import { type Guest, managesItself } from '../../config/guest.ts';
import { memoryNoteOf } from '../../config/paths.ts';
import { machineUnits } from '../driver.ts';
import { requireSysrootMount } from './external-sysroot.ts';
import { waitForMaintenance } from './maintenance-service.ts';
import { wantProxies } from './port-socket.ts';
import { isPublic } from './public-lines.ts';
import { credentialLines } from './set-credentials.ts';
import { joined, literal, type Parts } from './unit-text.ts';
import { ownLines } from './verbatim-lines.ts';

/** Completes the unit that a guest runs in. */
export function guestService(guest: Guest): Parts {
  const isItsOwn = managesItself(guest);
  const unit = [`Description=${literal(guest.description)}`, requireSysrootMount(guest), tellChanges];
  if (!guest.effects.has('command') || guest.machine.usesNetworkd) unit.push(wantNetwork);
  const service = [
    defaults,
    // Runs at each start, also at a reboot from inside, and never while the guest runs.
    `ExecStartPre=${powerOn}${isItsOwn ? '' : ` ${guest.sysroot}${hasNoUsers(guest) ? ' unshared' : ''}`}`,
    'ExecStart=',
    `ExecStart=${machineUnits.command(guest)}`,
    // The template of systemd 262 has one that older versions of nspawn do not understand.
    'ExecStopPost=',
    noteMemory,
  ];
  if (guest.effects.has('command')) {
    service.push(...credentialLines(guest));
    unit.push(...wantProxies(guest));
  }
  if (isItsOwn) {
    const maintenance = waitForMaintenance(guest);
    unit.push(...maintenance.unit);
    service.push(...maintenance.service);
  }
  return {
    unit: joined(unit, ownLines(guest, 'Unit')),
    service: joined(service, ownLines(guest, 'Service', isPublic)),
  };
}

/**
 * One string, because each one costs time on QuickJS. The console of a guest goes to the journal of the host,
 * which it must not fill. But the reason why a guest ended must be in it: a start and a stop are some 130 lines, of a server
 * 250. It must not set priorities either: SyslogLevelPrefix=. What runs before the start may extend its time: NotifyAccess=.
 */
const defaults = `TimeoutStartSec=5min
TimeoutStopSec=5min
NotifyAccess=exec
TasksMax=4096
LogRateLimitIntervalSec=5min
LogRateLimitBurst=300
SyslogLevelPrefix=no
SyslogIdentifier=${machineUnits.identifier}`;

/**
 * Gives its link to the host an address, however the host is connected itself: src/machine/nspawn/start-networkd. Side by side
 * with the start of the guest, which asks for an address until it has one.
 */
const wantNetwork = 'Wants=ostree-guest-network.service';

/** Starts, stops and crashes change the metrics: units/ostree-guest-changed.service. */
const tellChanges = `Wants=ostree-guest-settled@%i.service
OnSuccess=ostree-guest-changed.service
OnFailure=ostree-guest-changed.service`;

/** True if the guest has no user namespace. Then it may share no file with another guest. */
const hasNoUsers = (guest: Guest): boolean =>
  guest.effects.has('command') && guest.machine.privateUsers === 'no';

/** Runs at each end, when the control group of the unit still exists. */
const noteMemory = `ExecStopPost=-sh @LIBDIR@/note-memory ${memoryNoteOf('%i')}`;

/** A shell script, because it must be quick: src/steps/boot/power-on. */
const powerOn = 'sh @LIBDIR@/power-on %i';
