import type { Broken, Checked, Guest } from '../config/guest.ts';
import { bootService } from '../units/boot-service.ts';
import { brokenService } from '../units/broken-service.ts';
import { nspawnService } from '../units/nspawn-service.ts';
import { updateService } from '../units/update-service.ts';
import { updateTimer } from '../units/update-timer.ts';

/** A file or a symbolic link that the generator makes; its path is below the output directory. */
export type Generated =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly target: string };

/** All that the generator makes of one guest. */
export const unitsOf = (checked: Checked): Generated[] =>
  'guest' in checked ? guestUnits(checked.guest) : brokenUnits(checked.broken);

function guestUnits(guest: Guest): Generated[] {
  const { name } = guest;
  return [
    dropIn(`ostree-guest-update@${name}.service`, updateService(guest)),
    dropIn(`ostree-guest-update@${name}.timer`, updateTimer(guest)),
    dropIn(`ostree-guest-boot@${name}.service`, bootService(guest)),
    dropIn(`systemd-nspawn@${name}.service`, nspawnService(guest)),
    // machinectl knows a guest by its image; the unit behind this link makes one at the host's boot.
    {
      path: `multi-user.target.wants/ostree-guest-image@${name}.service`,
      target: '/usr/lib/systemd/system/ostree-guest-image@.service',
    },
  ];
}

/** Only what its start shows: its update fails by itself, with the same words. */
function brokenUnits(broken: Broken): Generated[] {
  const unit = `systemd-nspawn@${broken.name}.service`;
  return unitName.test(unit) ? [dropIn(unit, brokenService(broken))] : [];
}

/** What a unit's name may consist of, and how long it may be: systemd.unit(5). */
const unitName = /^[\w:.\\@-]{1,255}$/;

/** Named 50- so that what `systemctl edit` writes, override.conf, wins. */
const dropIn = (unit: string, text: string): Generated => ({ path: `${unit}.d/50-guest.conf`, text });
