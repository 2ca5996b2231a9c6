import type { Guest } from '../config/guest.ts';

/**
 * The part of a driver that the generator needs: how the unit of a guest runs its deployment. The other part, which asks and
 * shows a running guest, is src/machine/machine.ts.
 *
 * A driver must guarantee that the machine sees the deployment at /run/ostree-guests/NAME/root as its root, read-only, with
 * the deployment's /etc and the stateroot's /var writable, and nothing else of the host than the guest file says; and that
 * the unit is active once the init system of the guest has said that it is up, inactive after it was shut down, and failed
 * if it ended in any other way. Each start copies the drop-in of its unit to /run/ostree-guests/NAME/started.conf: the
 * options that the machine was started with.
 */
export interface MachineUnits {
  /** The unit that a guest runs in: an instance of a template of the host's systemd. */
  unit(guest: string): string;
  /** What runs a guest, as it is named in the journal. Its last message says why it ended. */
  readonly identifier: string;
  /** The command that boots a guest, quoted for a unit, with additional parameters for its init system. */
  command(guest: Guest, parameters?: readonly string[]): string;
  /** Lines of [Service] that let a guest that manages itself layer packages. */
  layeringLines(): readonly string[];
  /** Lines of [Service] before a maintenance: they clear what a machine left over that ended without a word. */
  readonly clearLeftOver: readonly string[];
  /** Lines of [Service] that let a step ask the systemd of a guest, in addition to the sandbox of its template. */
  askingLines(guest: Guest): readonly string[];
}
