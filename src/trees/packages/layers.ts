import { readFileSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import { filesOfPackages, type Packages, packagesWords } from '../../config/packages.ts';
import { sha256 } from '../../host/digest.ts';
import { failureAt } from '../../host/failure.ts';
import type { Checksum } from '../../ostree/names.ts';
import { hasCommit, holdCommit, repositoryOf } from '../../ostree/repository.ts';
import { commitOf } from '../identity.ts';
import type { FetchReport, Offer, Source } from '../source.ts';
import type { PackageIndex } from './indexes.ts';
import { add, layeredRef, plan, type Workspace } from './make-layers.ts';
import { missingFiles } from './missing-files.ts';
import { workspaceOf } from './workspace.ts';

/** The ref that keeps the base commit. */
export const baseRef = 'ostree-guests/base';

/**
 * Adds packages to the trees of any source. The result is identified by its inputs: the commit below, the declaration,
 * and the versions that the repositories offer.
 */
export function layered(guest: Guest, base: Source, packages: Packages): Source {
  requireFiles(guest);
  const repository = repositoryOf(guest.sysroot);
  const directory = workspaceOf(guest.name);
  const made = async (base: Offer, report: FetchReport): Promise<Layering> => {
    const below = await base.fetch(report);
    report.brought();
    await holdCommit(repository, baseRef, below);
    const workspace = { guest, packages, repository, directory, below };
    const { versions, indexes } = await plan(workspace);
    const identity = identityOf(below, packages, versions);
    return { workspace, indexes, identity, checksum: await commitOf(guest.sysroot, layeredRef, identity) };
  };
  return {
    async check(report) {
      const offer = await base.check(report);
      const { refspec } = offer;
      const from = `${offer.from}, with ${packagesWords(packages)}`;
      // Planning needs the tree below. If that is new, so is the result.
      if (offer.checksum === undefined || !hasCommit(repository, offer.checksum)) {
        const common = offer.checksum ?? offer.common;
        const fetchNew = async (fetching: FetchReport) => fetch(await made(offer, fetching));
        return { refspec, from, ...(common && { common }), fetch: fetchNew };
      }
      // Its commit is here.
      const now = await made(offer, { progress: (words) => report.progress(words), brought() {} });
      const { checksum, indexes } = now;
      return {
        ...(checksum && { checksum }),
        ...(indexes && { layered: { below: offer.checksum, indexes } }),
        refspec,
        from,
        fetch: () => fetch(now),
      };
    },
  };
}

/** The tree to make, and its commit if it was made before. */
interface Layering {
  readonly workspace: Workspace;
  readonly indexes: readonly PackageIndex[] | undefined;
  readonly identity: string;
  readonly checksum: Checksum | undefined;
}

const fetch = async ({ workspace, identity, checksum }: Layering): Promise<Checksum> =>
  checksum ?? (await add(workspace, identity));

/** Returns a digest of all inputs. */
function identityOf(below: string, packages: Packages, versions: readonly string[]): string {
  const contents = filesOfPackages(packages).map((file) => sha256(readFileSync(file)));
  return sha256(JSON.stringify([below, packages, contents, versions]));
}

function requireFiles(guest: Guest): void {
  const [missing] = missingFiles(guest);
  if (missing) throw failureAt(missing);
}
