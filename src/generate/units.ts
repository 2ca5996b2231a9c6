import type { Build } from '../config/build.ts';
import type { Broken, Checked, Guest } from '../config/guest.ts';
import { bootService } from '../units/boot-service.ts';
import { brokenService } from '../units/broken-service.ts';
import { buildService } from '../units/build-service.ts';
import { maintenanceService } from '../units/maintenance-service.ts';
import { nspawnService } from '../units/nspawn-service.ts';
import { onFailure, onFailureDropIn } from '../units/on-failure.ts';
import { rehearsalService, rehearsalSettings } from '../units/rehearsal-service.ts';
import { switchTimer } from '../units/switch-timer.ts';
import { updateService } from '../units/update-service.ts';
import { updateTimer } from '../units/update-timer.ts';

/** A file or a symbolic link that the generator makes; its path is below the output directory. */
export type Generated =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly target: string };

/** All that the generator makes of one guest. */
export const unitsOf = (checked: Checked): Generated[] =>
  'guest' in checked ? guestUnits(checked.guest) : brokenUnits(checked.broken);

/** All that it makes of a build. One that is broken fails by itself, with the reason. */
export const unitsOfBuild = (build: Build): Generated[] => [
  dropIn(`ostree-guest-build@${build.name}.service`, buildService(build)),
];

function guestUnits(guest: Guest): Generated[] {
  const { name } = guest;
  return [
    dropIn(`ostree-guest-update@${name}.service`, updateService(guest)),
    dropIn(`ostree-guest-update@${name}.timer`, updateTimer(guest)),
    dropIn(`ostree-guest-boot@${name}.service`, bootService(guest)),
    dropIn(`systemd-nspawn@${name}.service`, nspawnService(guest)),
    ...optionalDropIns(guest),
    // machinectl knows a guest by its image; the unit behind this link makes one at the host's boot.
    {
      path: `multi-user.target.wants/ostree-guest-image@${name}.service`,
      target: '/usr/lib/systemd/system/ostree-guest-image@.service',
    },
  ];
}

/** Of units whose templates do for most guests. */
const optionalDropIns = (guest: Guest): Generated[] => [
  ...(guest.update.by === 'rpm-ostree'
    ? [dropIn(`ostree-guest-maintenance@${guest.name}.service`, maintenanceService(guest))]
    : []),
  ...(guest.update.switchOnCalendar.length > 0
    ? [dropIn(`ostree-guest-switch@${guest.name}.timer`, switchTimer(guest))]
    : []),
  ...(onFailure(guest).length > 0
    ? ['assess', 'rehearse', 'switch'].map((step) =>
        dropIn(`ostree-guest-${step}@${guest.name}.service`, onFailureDropIn(guest)),
      )
    : []),
  ...(rehearsalSettings(guest).length > 0
    ? [dropIn(`ostree-guest-rehearsal@${guest.name}.service`, rehearsalService(guest))]
    : []),
];

/** Only what its start shows: its update fails by itself, with the same words. */
function brokenUnits(broken: Broken): Generated[] {
  const unit = `systemd-nspawn@${broken.name}.service`;
  return unitName.test(unit) ? [dropIn(unit, brokenService(broken))] : [];
}

/** What a unit's name may consist of, and how long it may be: systemd.unit(5). */
const unitName = /^[\w:.\\@-]{1,255}$/;

/** Named 50- so that what `systemctl edit` writes, override.conf, wins. */
const dropIn = (unit: string, text: string): Generated => ({ path: `${unit}.d/50-guest.conf`, text });
