import type { Guest } from '../config/guest.ts';
import type { Report } from '../state/report.ts';
import { buildSource } from './build/build-source.ts';
import { ociSource } from './image/image-source.ts';
import { ostreeSource } from './ostree/ostree-source.ts';
import { layered } from './packages/layers.ts';

/** Where a guest's tree comes from. The rest of the program knows no more of it than this. */
export interface Source {
  /**
   * Is there something new? Asks what there is now, and brings no more than it takes to know that. The guest's
   * sysroot must be there.
   */
  check(report: Report): Promise<Offer>;
}

/** What a source has now. */
export interface Offer {
  /**
   * The commit that it is. Absent where that will come out of bringing it: then it goes by a name of another kind
   * (identity.ts), and is not the one that was brought last.
   */
  readonly checksum?: string;
  /** What it is called, such as REMOTE:REF; becomes the deployment's origin. */
  readonly refspec: string;
  /** Where it comes from, in words for messages: a URL, the unit of a build, an image. */
  readonly from: string;
  /** Brings it into the guest's repository, with all its objects, and answers its commit; tells meanwhile how far it is. */
  fetch(tell: Tell): Promise<string>;
}

/** In words for people; and, where that is known, how many bytes have arrived. */
export type Tell = (howFar: string, bytes?: number) => void;

/** The source of a guest's tree; throws where it cannot be one. */
export function sourceOf(guest: Guest): Source {
  const base = baseOf(guest);
  // A guest that manages itself adds them by itself.
  return guest.packages && guest.update.by === 'host' ? layered(guest, base, guest.packages) : base;
}

function baseOf(guest: Guest): Source {
  const { origin } = guest;
  switch (origin.kind) {
    case 'ostree':
      return ostreeSource(guest, origin);
    case 'oci':
      return ociSource(guest, origin);
    case 'build':
      return buildSource(guest, origin);
  }
}
