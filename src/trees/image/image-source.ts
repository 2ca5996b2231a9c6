import { mkdirSync, statSync } from 'node:fs';
import { type Guest, originPlace } from '../../config/guest.ts';
import { type OciOrigin, originName } from '../../config/origin.ts';
import { stateOf } from '../../config/paths.ts';
import { roomsOf } from '../../host/confined.ts';
import { requireRoom } from '../../host/disk-room.ts';
import { removeTree } from '../../host/tree-removal.ts';
import { type Checksum, checksumFrom } from '../../ostree/names.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import type { Progress } from '../../state/report.ts';
import { commitOf, keepBrought } from '../identity.ts';
import { link } from '../linking/link.ts';
import type { Source } from '../source.ts';
import { doJob } from '../treework/run.ts';
import { pulledCommit, pullImage, pullsImages } from './encapsulated.ts';
import { copyImage, inspectImage, pinned } from './skopeo.ts';

/** The ref that keeps the image that was fetched last. */
export const imageRef = 'ostree-guests/image';

/** A container image, identified by the digest of its manifest. When its tag moves, this is an update. */
export function ociSource(guest: Guest, origin: OciOrigin): Source {
  const { image } = origin;
  const repository = repositoryOf(guest.sysroot);
  return {
    async check() {
      const { digest, isEncapsulated } = await inspectImage(image);
      // Unpacked as layers, it would lose what only its commit has, such as labels and capabilities of files.
      const isPulled = isEncapsulated && (await pullsImages());
      const checksum = isPulled
        ? await pulledCommit(repository, image)
        : await commitOf(guest.sysroot, imageRef, digest);
      const bring = async (report: Progress) => {
        if (isPulled) {
          report.progress('pulling its layers');
          return pullImage(repository, image, () => link(guest, { kind: 'image', image }));
        }
        const same = await link(guest, { kind: 'made of', identity: digest, ref: imageRef });
        return 'checksum' in same && same.checksum
          ? checksumFrom(same.checksum)
          : unpack(guest, image, digest, report);
      };
      const fetch = async (report: Progress) => {
        if (checksum !== undefined) return checksum;
        const made = await bring(report);
        await keepBrought(guest.sysroot, imageRef, made);
        return made;
      };
      const known = checksum === undefined ? {} : { checksum };
      return { ...known, refspec: originName(origin), from: `its image ${digest.slice(0, 19)}`, fetch };
    },
  };
}

async function unpack(guest: Guest, image: string, digest: string, report: Progress): Promise<Checksum> {
  const work = imageWorkOf(guest.name);
  await removeTree(work);
  mkdirSync(work);
  try {
    report.progress('copying its layers');
    const { archives, labels } = await copyImage(pinned(image, digest), `${work}/copy`);
    report.progress(`unpacking ${archives.length} layers`);
    requireRoom(work, sizeOf(archives), `Unpacking ${image}`);
    const version = labels['org.opencontainers.image.version'];
    const input = { archives, work, repository: repositoryOf(guest.sysroot), digest };
    const place = { name: `tree-${guest.name}`, rooms: roomsOf(guest) };
    const what = `${originPlace(guest)}: cannot make a tree of ${image}`;
    const made = await doJob(what, place, 'commitImage', { ...input, ...(version && { version }) });
    return checksumFrom(made);
  } finally {
    await removeTree(work);
  }
}

/** Returns the approximate unpacked size of the archives. */
const sizeOf = (archives: readonly string[]): number =>
  archives.reduce((sum, archive) => sum + statSync(archive).size, 0);

/** Returns the directory in which an image is unpacked. */
export const imageWorkOf = (guest: string): string => `${stateOf(guest)}/image`;
