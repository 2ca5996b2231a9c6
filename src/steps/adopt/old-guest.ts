import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { Failure } from '../../host/failure.ts';
import { unlessMissing } from '../../host/node-files.ts';
import { type Keyfile, parseKeyfile } from '../../ostree/keyfile.ts';
import { type DeploymentName, isDeploymentName } from '../../ostree/names.ts';
import { type HostDeployment, hostDeployments } from './host-deployments.ts';

/** A guest that was made in the host's own sysroot, as a stateroot beside the host's. */
export interface OldGuest {
  readonly stateroot: string;
  /** Its deployment: the root directory, CHECKSUM.SERIAL, and the commit. */
  readonly root: string;
  readonly deployment: string;
  readonly checksum: string;
  readonly var: string;
  readonly origin: Keyfile;
}

export const staterootOf = (stateroot: string): string => `/ostree/deploy/${stateroot}`;

/** Finds an old guest, and checks that it is complete. If it has several deployments, one must be named. */
export async function findOldGuest(stateroot: string, wanted: string | undefined): Promise<OldGuest> {
  if (!existsSync(staterootOf(stateroot))) {
    const others = unlessMissing(() => readdirSync('/ostree/deploy')) ?? [];
    throw new Failure(`The host has no stateroot '${stateroot}'`, `It has: ${others.join(', ') || 'none'}`);
  }
  const listed = await hostDeployments();
  if (listed.some((one) => one.booted && one.stateroot === stateroot))
    throw new Failure(`'${stateroot}' is what the host itself runs from`, 'Name the stateroot of a guest');
  const deployment = choose(stateroot, deploymentsOf(stateroot), wanted, listed);
  const root = realpathSync(`${staterootOf(stateroot)}/deploy/${deployment}`);
  requireOwners(root);
  return {
    stateroot,
    root,
    deployment,
    checksum: deployment.replace(/\.\d+$/, ''),
    var: realpathSync(`${staterootOf(stateroot)}/var`),
    origin: parseKeyfile(unlessMissing(() => readFileSync(`${root}.origin`, 'utf8')) ?? ''),
  };
}

/** Returns all deployments on disk. Updates of the recipe are in no list: that is why the host's next clean-up deletes them. */
export const deploymentsOf = (stateroot: string): DeploymentName[] =>
  (unlessMissing(() => readdirSync(`${staterootOf(stateroot)}/deploy`)) ?? []).filter(isDeploymentName);

function choose(
  stateroot: string,
  deployments: readonly string[],
  wanted: string | undefined,
  listed: readonly HostDeployment[],
): string {
  const found = deployments.filter((name) => name.startsWith(wanted ?? ''));
  if (found.length === 1 && found[0] !== undefined) return found[0];
  if (deployments.length === 0)
    throw new Failure(
      `The stateroot '${stateroot}' has no deployment`,
      'An update of the host may have deleted it: only what is in its boot list is safe there',
    );
  const inList = (name: string) => listed.some((one) => one.stateroot === stateroot && one.name === name);
  const lines = deployments.map(
    (name) => `  ${name} (${inList(name) ? "in the host's boot list" : 'in no list'})`,
  );
  const what = wanted === undefined ? 'more than one deployment' : `no single deployment ${wanted}…`;
  throw new Failure(
    [`'${stateroot}' has ${what}:`, ...lines].join('\n'),
    `Name the one that the guest runs from: guestctl adopt ${stateroot} CHECKSUM.SERIAL`,
  );
}

/** Checks owners: nspawn changes them if it cannot map them, also of hard links into the repository. */
function requireOwners(root: string): void {
  const { uid } = lstatSync(root);
  if (uid === 0) return;
  const undo = `systemd-nspawn --directory=${root} --private-users=0 --private-users-ownership=chown true`;
  throw new Failure(
    `Its files belong to user ${uid} upwards: systemd-nspawn shifted their owners`,
    `Shift them back: ${undo}`,
  );
}
