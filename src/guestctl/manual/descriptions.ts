import type { Descriptions } from '../../config/description.ts';
import {
  buildExecHelp,
  buildFilesHelp,
  buildHelp,
  buildPackagesHelp,
  buildRemoteHelp,
  publishHelp,
} from '../../config/keys/build.ts';
import { execHelp } from '../../config/keys/exec.ts';
import { filesHelp } from '../../config/keys/files.ts';
import { guestHelp, remoteHelp, updateHelp } from '../../config/keys/guest.ts';
import { mirrorHelp } from '../../config/keys/mirror.ts';
import { networkHelp } from '../../config/keys/network.ts';
import { packagesHelp } from '../../config/keys/packages.ts';
import { serviceHelp, timerHelp, unitHelp } from '../../config/keys/unit.ts';

/** By section. */
type OfSections = Readonly<Record<string, Descriptions>>;

export const guestDescriptions: OfSections = {
  Guest: guestHelp(),
  Remote: remoteHelp(),
  Update: updateHelp(),
  Packages: packagesHelp(),
  Exec: execHelp(),
  Files: filesHelp(),
  Network: networkHelp(),
  Unit: unitHelp(),
  Service: serviceHelp(),
  Timer: timerHelp(),
};

/** [Unit], [Service] and [Timer] of a mirror are described with those of a guest. */
export const mirrorDescriptions: OfSections = { Mirror: mirrorHelp() };

/** [Unit] and [Service] of a build are described with those of a guest. */
export const buildDescriptions: OfSections = {
  Build: buildHelp(),
  Publish: publishHelp(),
  Remote: buildRemoteHelp(),
  Packages: buildPackagesHelp(),
  Exec: buildExecHelp(),
  Files: buildFilesHelp(),
};
