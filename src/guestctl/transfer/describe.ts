// Describes a guest for its archive or its copy: its manifest, and the files that declare it.

import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Guest, managesItself } from '../../config/guest.ts';
import { sourcesOf } from '../../config/load.ts';
import { wallClock } from '../../host/clock.ts';
import { enabledUnits } from '../../host/enabled-units.ts';
import { nodeFiles, readRegularFile } from '../../host/node-files.ts';
import { inOwn } from '../../host/own-directory.ts';
import { switchTimerUnit, systemdVersion, timerUnit } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import { ostreeVersion } from '../../ostree/ostree.ts';
import { type DeclaredFile, enabledKinds, type Manifest } from './manifest.ts';
import { readRemotes } from './remotes.ts';

/** The parts of a guest that were copied. */
interface Taken extends Pick<Manifest, 'running' | 'var' | 'state'> {
  readonly deployments: readonly Deployment[];
}

/** Returns the manifest of a guest. */
export async function manifestOf(
  guest: Guest,
  { running, var: hasVar, deployments, state }: Taken,
): Promise<Manifest> {
  const { name } = guest;
  const enabled = enabledUnits();
  const [systemd, ostree] = await Promise.all([systemdVersion(), ostreeVersion()]);
  const units = { guest: driver.unit(name), update: timerUnit(name), switch: switchTimerUnit(name) };
  return {
    guest: name,
    time: new Date(wallClock()).toISOString(),
    systemd,
    ostree,
    running,
    var: hasVar,
    files: declarationOf(guest),
    deployments: deployments.map(({ checksum, path }) => ({
      checksum,
      origin: readOrigin(guest.sysroot, path),
    })),
    state,
    remotes: managesItself(guest) ? readRemotes(guest.sysroot) : [],
    enabled: enabledKinds.filter((one) => enabled.has(units[one])),
  };
}

const readOrigin = (sysroot: string, deployment: string): string =>
  inOwn(
    sysroot,
    dirname(deployment),
    (own) => readRegularFile(`${own}/${basename(deployment)}.origin`) ?? '',
  );

/** Returns the files that declare a guest, and its build. */
export const declarationOf = ({ name, origin }: Guest): DeclaredFile[] => [
  ...filesOf('guest', name),
  ...(origin.kind === 'build' ? filesOf('build', origin.build) : []),
];

/** Returns the files that declare a guest or a build. Drop-ins for all guests become its own: other hosts may not have them. */
const filesOf = (main: 'guest' | 'build', name: string): DeclaredFile[] =>
  sourcesOf(nodeFiles, main, name).map(({ kind, file, text }) => {
    const isDropIn = kind !== 'nspawn' && basename(file) !== `${name}.${main}`;
    return {
      of: kind,
      name,
      ...(isDropIn && { dropIn: basename(file) }),
      shared: isDropIn && !dirname(file).endsWith(`/${name}.${main}.d`),
      text,
      secret: (statSync(file).mode & 0o004) === 0,
    };
  });
