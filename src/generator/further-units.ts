// lazy: QuickJS reads this file when one of its functions is called.
import type { Build } from '../config/build.ts';
import { type Broken, type Guest, managesItself } from '../config/guest.ts';
import type { Mirror } from '../config/mirror.ts';
import { machineUnits } from './driver.ts';
import { complete, dropIn, type Generated } from './generated.ts';
import { bootService } from './units/boot-service.ts';
import { brokenService } from './units/broken-service.ts';
import { buildService } from './units/build-service.ts';
import { bindSysroot, hasExternalSysroot } from './units/external-sysroot.ts';
import { maintenanceService } from './units/maintenance-service.ts';
import { mirrorService, mirrorTimer } from './units/mirror-service.ts';
import { onFailure } from './units/on-failure.ts';
import { proxySockets } from './units/port-socket.ts';
import { publishService } from './units/publish-service.ts';
import { rehearseService } from './units/rehearse-service.ts';
import { switchTimer } from './units/switch-timer.ts';
import { isEmpty, type Parts, unitText } from './units/unit-text.ts';
import { updateService } from './units/update-service.ts';

/** Makes the units of a guest that has a key with an effect on `steps`: src/config/key-table.ts. */
export function furtherUnits(guest: Guest): Generated[] {
  const made: Generated[] = [];
  complete(made, guest, 'update', 'service', updateService(guest));
  complete(made, guest, 'boot', 'service', bootService(guest));
  if (managesItself(guest)) complete(made, guest, 'maintenance', 'service', maintenanceService(guest));
  complete(made, guest, 'switch', 'timer', switchTimer(guest));
  const service = hasExternalSysroot(guest) ? [bindSysroot(guest)] : [];
  service.push(...machineUnits.askingLines(guest));
  const step = { unit: onFailure(guest), service };
  for (const name of ['assess', 'switch']) complete(made, guest, name, 'service', step);
  complete(made, guest, 'rehearse', 'service', rehearseService(guest));
  made.push(...proxySockets(guest));
  return made;
}

/** Makes the unit of a guest with mistakes: its start fails with the reason. Its update fails by itself. */
export function brokenUnits(broken: Broken): Generated[] {
  const unit = machineUnits.unit(broken.name);
  return unitName.test(unit) ? [dropIn(unit, unitText(broken.file, brokenService(broken)))] : [];
}

/** The characters and the length of unit names: systemd.unit(5). */
const unitName = /^[\w:.\\@-]{1,255}$/;

/** Makes the units of a build. A build with mistakes needs none: its service fails with the reason. */
export const unitsOfBuild = (build: Build): Generated[] => {
  const of = (unit: string, parts: Parts) =>
    dropIn(`ostree-guest-${unit}@${build.name}.service`, unitText(build.file, parts));
  const { publication } = build;
  const publish = publication ? [of('publish', publishService(build, publication))] : [];
  return [of('build', buildService(build)), ...publish];
};

/** Makes the units of a mirror. One with mistakes needs none: its service fails with the reason. */
export const unitsOfMirror = (mirror: Mirror): Generated[] => {
  const unit = `ostree-guest-mirror@${mirror.name}`;
  const made = [dropIn(`${unit}.service`, unitText(mirror.file, mirrorService(mirror)))];
  const timer = mirrorTimer(mirror);
  if (!isEmpty(timer)) made.push(dropIn(`${unit}.timer`, unitText(mirror.file, timer)));
  return made;
};
