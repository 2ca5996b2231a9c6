import { type Build, buildDirectory, buildRepository } from '../../config/build.ts';
import type { Guest } from '../../config/guest.ts';
import type { Values } from '../../config/values.ts';
import { roomsOf } from '../../host/confined.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import { workspaceOf } from './workspace.ts';

/** The guest or the build that packages are added for. */
export interface Owner {
  /** Also the hostname while packages are installed. */
  readonly name: string;
  readonly file: string;
  readonly values: Values;
  /** The repository of the base and the result. */
  readonly repository: string;
  /** The workspace: workspace.ts. */
  readonly directory: string;
  /** All of its directories. */
  readonly rooms: readonly string[];
  /** Returns the name of a unit that works for it, without `ostree-guest-`. */
  unit(work: 'tree' | 'layers' | 'look'): string;
}

export const guestAsOwner = (guest: Guest): Owner => ({
  name: guest.name,
  file: guest.file,
  values: guest.values,
  repository: repositoryOf(guest.sysroot),
  directory: workspaceOf(guest.name),
  rooms: roomsOf(guest),
  unit: (work) => `${work}-${guest.name}`,
});

export const buildAsOwner = ({ name, file, values }: Build): Owner => ({
  name,
  file,
  values,
  repository: buildRepository(name),
  // What a killed run leaves there is removed by ExecStopPost= of ostree-guest-build@.service.
  directory: `${buildDirectory(name)}/work`,
  rooms: [buildDirectory(name)],
  unit: (work) => `build-${work}-${name}`,
});
