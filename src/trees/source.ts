import type { Guest } from '../config/guest.ts';
import type { Checksum } from '../ostree/names.ts';
import type { Progress, Report } from '../state/report.ts';
import { buildSource } from './build/build-source.ts';
import { ociSource } from './image/image-source.ts';
import { ostreeSource } from './ostree/ostree-source.ts';
import type { PackageIndex } from './packages/indexes.ts';
import { layered } from './packages/layers.ts';

/** The source of a guest's tree. The rest of the program uses only this interface. */
export interface Source {
  /**
   * Asks what the source offers now, and downloads only what that needs. The guest's
   * sysroot must exist.
   */
  check(report: Report): Promise<Offer>;
}

/** What a source offers now. */
export interface Offer {
  /**
   * The offered commit. Undefined if only fetch() can tell: then it has another identity
   * (identity.ts), and the offer is new.
   */
  readonly checksum?: Checksum;
  /** Its name, such as REMOTE:REF, which becomes the origin of the deployment. */
  readonly refspec: string;
  /**
   * What offers of other guests have in common with it, such as a layer or the commit below packages. Only one guest at a time
   * fetches that. Default: the commit itself.
   */
  readonly common?: string;
  /** With [Packages]: what it was found out from. Missing if that is not known. */
  readonly layered?: {
    /** The commit that the packages are added to. */
    readonly below: Checksum;
    /** What the repositories offered. */
    readonly indexes: readonly PackageIndex[];
  };
  /** Where it comes from, in words for messages: a URL, the unit of a build, an image. */
  readonly from: string;
  /** Fetches it into the guest's repository, reports the progress, and returns its commit. */
  fetch(report: FetchReport): Promise<Checksum>;
}

/** What a fetch reports. */
export interface FetchReport extends Progress {
  /** Reports that what offers of other guests have in common is here, if more work follows. */
  brought(): void;
}

/** Returns the source of a guest's tree; throws if it is invalid. `asked` is what an OSTree remote has just been asked. */
export function sourceOf(guest: Guest, asked?: string): Source {
  const base = baseOf(guest, asked);
  // A guest that manages itself adds packages by itself.
  return guest.packages && guest.update.by === 'host' ? layered(guest, base, guest.packages) : base;
}

function baseOf(guest: Guest, asked?: string): Source {
  const { origin } = guest;
  switch (origin.kind) {
    case 'ostree':
      return ostreeSource(guest, origin, asked);
    case 'oci':
      return ociSource(guest, origin);
    case 'build':
      return buildSource(guest, origin);
  }
}
