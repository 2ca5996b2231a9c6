import type { Guest } from '../../config/guest.ts';
import { type Packages, packagesWords } from '../../config/packages.ts';
import type { Checksum } from '../../ostree/names.ts';
import { hasCommit } from '../../ostree/repository.ts';
import { commitOf } from '../identity.ts';
import { link } from '../linking/link.ts';
import type { FetchReport, Offer, Source } from '../source.ts';
import { add, type LayerPlan, layeredRef, plan, requireFiles, type Workspace } from './make-layers.ts';
import { guestAsOwner } from './owner.ts';

/** Adds packages to the trees of any source. */
export function layered(guest: Guest, base: Source, packages: Packages): Source {
  requireFiles(guest);
  const owner = guestAsOwner(guest);
  const made = async (base: Offer, report: FetchReport): Promise<Layering> => {
    const below = await base.fetch(report);
    report.brought();
    const workspace = { owner, packages, below };
    const planned = await plan(workspace);
    return { workspace, ...planned, checksum: commitOf(guest.sysroot, layeredRef, planned.identity) };
  };
  return {
    async check(report) {
      const offer = await base.check(report);
      const { refspec } = offer;
      const from = `${offer.from}, with ${packagesWords(packages)}`;
      // Planning needs the tree below. If that is new, so is the result.
      if (offer.checksum === undefined || !hasCommit(owner.repository, offer.checksum)) {
        const common = offer.checksum ?? offer.common;
        const fetchNew = async (fetching: FetchReport) => fetch(guest, await made(offer, fetching));
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
        fetch: () => fetch(guest, now),
      };
    },
  };
}

/** The tree to make, and its commit if it was made before. */
interface Layering extends LayerPlan {
  readonly workspace: Workspace;
  readonly checksum: Checksum | undefined;
}

async function fetch(guest: Guest, { workspace, identity, checksum }: Layering): Promise<Checksum> {
  if (checksum !== undefined) return checksum;
  // What another guest has of the same packages is not written again.
  await link(guest, { kind: 'made over', base: workspace.below, ref: layeredRef });
  return add(workspace, identity);
}
