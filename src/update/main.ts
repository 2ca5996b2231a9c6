import { existsSync } from 'node:fs';
import { loadGuests } from '../config/load.ts';
import { updateUnit } from '../machine/systemctl.ts';
import { nodeFiles } from '../node-files.ts';
import { repositoryOf } from '../ostree/repository.ts';
import { serviceMain } from '../service.ts';
import { hostRepository } from '../sources/host-remotes.ts';
import { serviceReport } from './report.ts';
import { update } from './update.ts';

void serviceMain(updateUnit, (guest) => update(guest, () => neighboursOf(guest.sysroot), serviceReport));

/** The repositories that may have what an update brings: of the other guests, and of the host. */
function neighboursOf(sysroot: string): string[] {
  const sysroots = loadGuests(nodeFiles).guests.map((guest) => guest.sysroot);
  const repositories = sysroots.filter((other) => other !== sysroot).map(repositoryOf);
  return [...repositories, hostRepository].filter((repository) => existsSync(`${repository}/config`));
}
