import { type Build, buildRepository } from '../../config/build.ts';
import { type Guest, originPlace } from '../../config/guest.ts';
import { type BuildOrigin, originName } from '../../config/origin.ts';
import { isRecent } from '../../host/clock.ts';
import { Failure, failureAt } from '../../host/failure.ts';
import { buildUnit, startUnit } from '../../host/systemctl.ts';
import type { Checksum } from '../../ostree/names.ts';
import { hasCommit, repositoryOf } from '../../ostree/repository.ts';
import { readResult } from '../../state/build-result.ts';
import { requireBuild } from '../../state/declared.ts';
import type { Report } from '../../state/report.ts';
import { keepBrought } from '../identity.ts';
import { link } from '../linking/link.ts';
import type { Source } from '../source.ts';
import { builtRef } from './built-ref.ts';
import { missingPrograms } from './missing-programs.ts';
import { definitionOf } from './result.ts';

/** A tree that a build makes on this host. Only after the build it is known whether the tree is new. */
export function buildSource(guest: Guest, origin: BuildOrigin): Source {
  const repository = repositoryOf(guest.sysroot);
  return {
    async check(report) {
      const checksum = await upToDate(guest, declared(guest, origin), report);
      const fetch = async () => {
        const made = buildRepository(origin.build);
        if (!hasCommit(repository, checksum))
          await link(guest, { kind: 'commits', checksums: [checksum] }, { from: [made] });
        if (!hasCommit(repository, checksum)) throw new Failure(`Cannot take ${checksum} from ${made}`);
        await keepBrought(guest.sysroot, builtRef, checksum);
        return checksum;
      };
      return { checksum, refspec: originName(origin), from: buildUnit(origin.build), fetch };
    },
  };
}

function declared(guest: Guest, { build }: BuildOrigin): Build {
  try {
    return requireBuild(build);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`${originPlace(guest)}: ${error.message}`, error.remedy);
  }
}

/** Runs the build, unless its last result is recent enough, and returns the commit. */
async function upToDate(guest: Guest, build: Build, report: Report): Promise<Checksum> {
  const recent = madeBy(build);
  if (recent && isRecent(recent.ended, build.maxAge)) return recent.checksum;
  requirePrograms(build);
  report.step(`Building ${build.name}: journalctl -f -u ${buildUnit(build.name)}`);
  await run(guest, build);
  // This run was started by another update, before the build file was changed.
  if (!madeBy(build)) await run(guest, build);
  const made = madeBy(build);
  if (made) return made.checksum;
  const message = `${originPlace(guest)}: ${build.file} was changed while it was built`;
  throw new Failure(message, 'Update it again');
}

/** Fails if a program of the build is missing, before the build waits for the network. The update sees only programs in /usr. */
function requirePrograms(build: Build): void {
  const [missing] = missingPrograms(
    build,
    (program) => !program.startsWith('/') || program.startsWith('/usr/'),
  );
  if (missing) throw failureAt(missing);
}

/** Returns the last result; undefined if the build file has changed since. */
function madeBy(build: Build): { checksum: Checksum; ended: number } | undefined {
  const { definition, checksum, ended } = readResult(build.name) ?? {};
  if (definition !== definitionOf(build) || checksum === undefined || ended === undefined) return undefined;
  return hasCommit(buildRepository(build.name), checksum) ? { checksum, ended } : undefined;
}

/** Runs the build. Updates that want it at the same time wait for one run: systemd merges their jobs. */
async function run(guest: Guest, { name }: Build): Promise<void> {
  const before = readResult(name)?.ended;
  try {
    await startUnit(buildUnit(name));
  } catch (error) {
    const result = readResult(name);
    if (result?.failure === undefined || result.ended === before) throw error;
    const message = `${originPlace(guest)}: the build '${name}' failed: ${result.failure}`;
    throw new Failure(message, `What was printed: journalctl -u ${buildUnit(name)}`);
  }
}
