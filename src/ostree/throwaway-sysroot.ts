// A throwaway sysroot: its deployments can be removed like any directory.
import { Failure } from '../host/failure.ts';
import { makeDirectories } from '../host/make-directories.ts';
import { deployAsService } from './deploy-service.ts';
import { listDeployments } from './deployments.ts';
import { ostree, reason } from './ostree.ts';
import { repositoryOf } from './repository.ts';

/** Creates a throwaway sysroot with commits of another repository. */
export async function makeThrowaway(
  sysroot: string,
  stateroot: string,
  from: string,
  commits: readonly string[],
): Promise<void> {
  const repository = repositoryOf(sysroot);
  const what = `Cannot make the throwaway sysroot ${sysroot}`;
  makeDirectories(sysroot);
  await ostree(what, 'admin', 'init-fs', '--modern', sysroot);
  await ostree(what, `--repo=${repository}`, 'config', 'set', 'sysroot.bootloader', 'none');
  await ostree(what, `--repo=${repository}`, 'pull-local', '--disable-fsync', from, ...commits);
  await ostree(what, 'admin', `--sysroot=${sysroot}`, 'os-init', stateroot);
}

/**
 * Deploys a commit, with /etc merged from the deployment before; returns its root directory, which is not immutable.
 */
export async function deployThrowaway(sysroot: string, stateroot: string, checksum: string): Promise<string> {
  const options = [`--os=${stateroot}`, '--no-prune', '--retain', checksum];
  const { exitCode, stderr } = await deployAsService(`try-deploy-${stateroot}`, sysroot, options);
  if (exitCode !== 0) throw new Failure(`Cannot deploy ${checksum} for a rehearsal: ${reason(stderr)}`);
  const [deployment] = listDeployments(sysroot);
  if (!deployment) throw new Error(`ostree deployed ${checksum} but left no boot entry`);
  return deployment.path;
}
