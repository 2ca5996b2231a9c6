import { existsSync, rmSync } from 'node:fs';
import { Failure } from '../host/failure.ts';
import { readRegularFile } from '../host/node-files.ts';
import { lostConnection } from '../host/systemctl.ts';
import { writeFile } from '../host/write-file.ts';
import { deployRemedy } from './deploy-remedy.ts';
import { deployAsService, deployServiceEnds, type EtcView } from './deploy-service.ts';
import { listDeployments } from './deployments.ts';
import { setImmutable } from './immutable.ts';
import { parseKeyfile } from './keyfile.ts';
import { ostree, reason } from './ostree.ts';
import { dropPlainEtc, stumbles, withPlainEtc } from './plain-etc.ts';
import { closeSysroot } from './protection.ts';
import { repositoryOf } from './repository.ts';
import { staterootOf, strangerIn } from './stateroot.ts';
import { freeUnlisted } from './unlisted.ts';

/**
 * Creates the missing parts of a guest's sysroot. Each step checks whether it was done, so that a run
 * that was interrupted continues where it stopped. Returns true if anything had to be created.
 */
export async function ensureSysroot(sysroot: string, stateroot: string): Promise<boolean> {
  requireOwn(sysroot, stateroot);
  const repository = repositoryOf(sysroot);
  let made = false;
  closeSysroot(sysroot);
  // Else OSTree would look for a boot loader to configure. Set last, so that it also marks init-fs as done.
  if (parseKeyfile(configOf(repository))['sysroot']?.['bootloader'] !== 'none') {
    await ostree(`Cannot make an OSTree sysroot in ${sysroot}`, 'admin', 'init-fs', '--modern', sysroot);
    await ostree(
      `Cannot configure ${repository}`,
      `--repo=${repository}`,
      'config',
      'set',
      'sysroot.bootloader',
      'none',
    );
    made = true;
  }
  const deployments = `${sysroot}/ostree/deploy/${stateroot}`;
  // libostree creates `deploy` with the first deployment; before that there is no data.
  if (!existsSync(`${deployments}/deploy`) && !existsSync(`${deployments}/var/lib`)) {
    rmSync(deployments, { recursive: true, force: true });
    await ostree(
      `Cannot make the stateroot ${stateroot}`,
      'admin',
      `--sysroot=${sysroot}`,
      'os-init',
      stateroot,
    );
  }
  return made;
}

/** Two guests in one sysroot would boot each other's deployments. */
function requireOwn(sysroot: string, stateroot: string): void {
  const other = strangerIn(sysroot, stateroot);
  if (other === undefined) return;
  const message = `${sysroot} is the sysroot of ${other}: each guest needs its own`;
  throw new Failure(message, `Give ${stateroot} another place: Sysroot= in [Guest]`);
}

/** The settings of a repository: ostree.repo-config(5). */
export const configFileOf = (repository: string): string => `${repository}/config`;

export const configOf = (repository: string): string => readRegularFile(configFileOf(repository)) ?? '';

interface ToDeploy {
  readonly checksum: string;
  /** The content of its origin file. */
  readonly origin: string;
}

/**
 * Makes a commit the default deployment, with /etc merged from the default before it. The guest must not be
 * running. Nothing is pruned: that takes a lock that a pull in progress holds. All deployments stay in the boot
 * list: libostree does not know which of them are still needed.
 */
export async function deploy(sysroot: string, stateroot: string, commit: ToDeploy): Promise<void> {
  await deployMutable(sysroot, stateroot, commit);
  const [deployed] = listDeployments(sysroot);
  // libostree cannot do so itself there: deploy-service.ts.
  if (deployed) await setImmutable(deployed.path);
}

/** Does the same as deploy(), in a sysroot that is not in its place yet: anybody can remove it. */
export async function deployMutable(
  sysroot: string,
  stateroot: string,
  { checksum, origin }: ToDeploy,
): Promise<void> {
  await freeUnlisted(sysroot, stateroot);
  await dropPlainEtc(sysroot);
  const [before] = listDeployments(sysroot);
  const originFile = `${sysroot}/next.origin`;
  rmSync(originFile, { force: true });
  writeFile(originFile, origin, { flag: 'wx' });
  try {
    const os = staterootOf(sysroot, stateroot);
    const options = [`--os=${os}`, '--no-prune', '--retain', `--origin-file=${originFile}`];
    const run = (etc?: EtcView) =>
      deployAsService(`deploy-${stateroot}`, sysroot, [...options, checksum], etc);
    const isDone = () => listDeployments(sysroot)[0]?.checksum === checksum;
    let finished = await run();
    if (!isDone() && (finished.exitCode === 0 || lostConnection(finished.stderr))) {
      // systemd was started anew (daemon-reexec): the service goes on, or was never started.
      await deployServiceEnds(`deploy-${stateroot}`);
      if (!isDone()) finished = await run();
    }
    if (!isDone() && before && stumbles(finished))
      finished = await withPlainEtc(sysroot, `${before.path}/etc`, run);
    if (finished.exitCode !== 0 && !(isDone() && lostConnection(finished.stderr))) {
      const cause = reason(finished.stderr);
      const remedy = deployRemedy(cause, `${before?.path ?? sysroot}/etc`);
      throw new Failure(`Cannot deploy ${checksum.slice(0, 12)}: ${cause}`, remedy);
    }
  } finally {
    rmSync(originFile, { force: true });
  }
}

/** Deletes everything that no deployment and no ref needs. */
export async function cleanup(sysroot: string, stateroot: string): Promise<void> {
  await freeUnlisted(sysroot, stateroot);
  await ostree(`Cannot clean up ${sysroot}`, 'admin', `--sysroot=${sysroot}`, 'cleanup');
}

/** Returns the /var of a guest, which its deployments share. */
export const varOf = (sysroot: string, guest: string): string =>
  `${sysroot}/ostree/deploy/${staterootOf(sysroot, guest)}/var`;
