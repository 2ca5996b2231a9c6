import type { Checked, Guest } from '../config/guest.ts';
import { brokenUnits, furtherUnits } from './further-units.ts';
import { complete, dropIn, type Generated } from './generated.ts';
import { nspawnService } from './units/nspawn-service.ts';
import { rehearsalService } from './units/rehearsal-service.ts';
import { unitText } from './units/unit-text.ts';
import { updateTimer } from './units/update-timer.ts';

/** All that the generator makes of one guest. */
export const unitsOf = (checked: Checked): readonly Generated[] =>
  'guest' in checked ? guestUnits(checked.guest) : brokenUnits(checked.broken);

/** What is the same for all guests is in the templates, units/: most guests complete only the first of these. */
function guestUnits(guest: Guest): readonly Generated[] {
  const { name, file } = guest;
  const made: Generated[] = [
    dropIn(`systemd-nspawn@${name}.service`, unitText(file, nspawnService(guest))),
    // machinectl knows a guest by its image; the unit behind this link makes one at the host's boot.
    {
      path: `multi-user.target.wants/ostree-guest-image@${name}.service`,
      target: '/usr/lib/systemd/system/ostree-guest-image@.service',
    },
  ];
  const { effects } = guest;
  if (effects.has('update timer')) complete(made, guest, 'update', 'timer', updateTimer(guest));
  if (effects.has('rehearsal')) complete(made, guest, 'rehearsal', 'service', rehearsalService(guest));
  if (effects.has('steps')) made.push(...furtherUnits(guest));
  return made;
}
