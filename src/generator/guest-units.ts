import type { Checked, Guest } from '../config/guest.ts';
import { vendorUnits } from '../config/paths.ts';
import { machineUnits } from './driver.ts';
import { brokenUnits, furtherUnits } from './further-units.ts';
import { complete, dropIn, type Generated } from './generated.ts';
import { guestService } from './units/guest-service.ts';
import { rehearsalService } from './units/rehearsal-service.ts';
import { unitText } from './units/unit-text.ts';
import { updateTimer } from './units/update-timer.ts';

/** Makes all units of one guest. */
export const unitsOf = (checked: Checked): readonly Generated[] =>
  'guest' in checked ? guestUnits(checked.guest) : brokenUnits(checked.broken);

/** Makes the drop-ins of a guest; most need only the first. units/ has everything that guests share. */
function guestUnits(guest: Guest): readonly Generated[] {
  const { name, file } = guest;
  const made: Generated[] = [
    dropIn(machineUnits.unit(name), unitText(file, guestService(guest))),
    // machinectl finds guests by their image; this unit creates it when the host boots.
    {
      path: `multi-user.target.wants/ostree-guest-image@${name}.service`,
      target: `${vendorUnits}/ostree-guest-image@.service`,
    },
  ];
  const { effects } = guest;
  if (effects.has('update timer')) complete(made, guest, 'update', 'timer', updateTimer(guest));
  if (effects.has('rehearsal')) complete(made, guest, 'rehearsal', 'service', rehearsalService(guest));
  if (effects.has('steps')) made.push(...furtherUnits(guest));
  return made;
}
