import type { Files } from '../config/files.ts';
import type { Guest } from '../config/guest.ts';
import { loadGuests } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { bootService } from '../units/boot-service.ts';
import { nspawnService } from '../units/nspawn-service.ts';
import { updateService } from '../units/update-service.ts';
import { updateTimer } from '../units/update-timer.ts';

/** Writes the units of every guest that can be read, and answers what is wrong with the others. */
export function generate(files: Files, output: string, directories?: readonly string[]): readonly Problem[] {
  const { guests, problems } = loadGuests(files, directories);
  for (const guest of guests) writeUnits(files, output, guest);
  return problems;
}

function writeUnits(files: Files, output: string, guest: Guest): void {
  const { name } = guest;
  writeDropIn(files, `${output}/ostree-guest-update@${name}.service.d`, updateService(guest));
  writeDropIn(files, `${output}/ostree-guest-update@${name}.timer.d`, updateTimer(guest));
  writeDropIn(files, `${output}/ostree-guest-boot@${name}.service.d`, bootService(guest));
  writeDropIn(files, `${output}/systemd-nspawn@${name}.service.d`, nspawnService(guest));

  // machinectl knows a guest by its image; the unit behind this link makes one at the host's boot.
  const wants = `${output}/multi-user.target.wants`;
  files.makeDirectory(wants);
  files.link(
    '/usr/lib/systemd/system/ostree-guest-image@.service',
    `${wants}/ostree-guest-image@${name}.service`,
  );
}

/** Named 50- so that what `systemctl edit` writes, override.conf, wins. */
function writeDropIn(files: Files, directory: string, text: string): void {
  files.makeDirectory(directory);
  files.write(`${directory}/50-guest.conf`, text);
}
