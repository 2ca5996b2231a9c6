import type { Build } from '../config/build.ts';
import { type Broken, type Checked, type Guest, managesItself } from '../config/guest.ts';
import { bootService } from '../units/boot-service.ts';
import { brokenService } from '../units/broken-service.ts';
import { buildService } from '../units/build-service.ts';
import { maintenanceService } from '../units/maintenance-service.ts';
import { nspawnService } from '../units/nspawn-service.ts';
import { onFailure } from '../units/on-failure.ts';
import { rehearsalService } from '../units/rehearsal-service.ts';
import { switchTimer } from '../units/switch-timer.ts';
import { isEmpty, type Parts, unitText } from '../units/unit-text.ts';
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
  dropIn(`ostree-guest-build@${build.name}.service`, unitText(build.file, buildService(build))),
];

/** What is the same for all guests is in the templates, units/: most guests complete only the first of these. */
function guestUnits(guest: Guest): Generated[] {
  const { name, file } = guest;
  const made: Generated[] = [
    dropIn(`systemd-nspawn@${name}.service`, unitText(file, nspawnService(guest))),
    // machinectl knows a guest by its image; the unit behind this link makes one at the host's boot.
    {
      path: `multi-user.target.wants/ostree-guest-image@${name}.service`,
      target: '/usr/lib/systemd/system/ostree-guest-image@.service',
    },
  ];
  const complete = (step: string, type: 'service' | 'timer', parts: Parts) => {
    if (!isEmpty(parts)) made.push(dropIn(`ostree-guest-${step}@${name}.${type}`, unitText(file, parts)));
  };
  complete('update', 'service', updateService(guest));
  complete('update', 'timer', updateTimer(guest));
  complete('boot', 'service', bootService(guest));
  if (managesItself(guest)) complete('maintenance', 'service', maintenanceService(guest));
  complete('switch', 'timer', switchTimer(guest));
  const failure = { unit: onFailure(guest) };
  if (!isEmpty(failure))
    for (const step of ['assess', 'rehearse', 'switch']) complete(step, 'service', failure);
  complete('rehearsal', 'service', rehearsalService(guest));
  return made;
}

/** Only what its start shows: its update fails by itself, with the same words. */
function brokenUnits(broken: Broken): Generated[] {
  const unit = `systemd-nspawn@${broken.name}.service`;
  return unitName.test(unit) ? [dropIn(unit, unitText(broken.file, brokenService(broken)))] : [];
}

/** What a unit's name may consist of, and how long it may be: systemd.unit(5). */
const unitName = /^[\w:.\\@-]{1,255}$/;

/** Named 50- so that what `systemctl edit` writes, override.conf, wins. */
const dropIn = (unit: string, text: string): Generated => ({ path: `${unit}.d/50-guest.conf`, text });
