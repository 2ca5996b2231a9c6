import { existsSync } from 'node:fs';
import { generatedDirectory } from '../config/paths.ts';
import { Failure } from '../host/failure.ts';
import { showUnits } from '../host/systemctl.ts';
import { driver } from './driver.ts';

/**
 * Fails if systemd does not know the guest yet: its file is newer than the last daemon-reload, and its units
 * are only templates, which do not see an external sysroot.
 */
export async function requireKnown(guest: string): Promise<void> {
  const dropIn = `${generatedDirectory}/${driver.unit(guest)}.d/50-guest.conf`;
  if (existsSync(dropIn)) return;
  // It is also missing while generators run. systemd answers when they have ended.
  const [unit] = await showUnits([driver.unit(guest)], ['DropInPaths']);
  if (unit?.['DropInPaths']?.includes(dropIn)) return;
  throw new Failure(
    `systemd has not yet seen the file of the guest '${guest}'`,
    'Run: systemctl daemon-reload',
  );
}
