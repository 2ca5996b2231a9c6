// A second guest like one of this host. It gets a guest file of its own, and is a machine of its own.
import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import { roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { copyPairs, type Pair } from '../../host/copy-tree.ts';
import { leavingRoom } from '../../host/disk-room.ts';
import { requireSuccess } from '../../host/process.ts';
import { sharesFiles } from '../../trees/linking/shares.ts';
import { verifyOnHost } from '../verify/on-host.ts';
import { assemble, bringCommits, putInPlace } from './assemble.ts';
import { declarationOf } from './describe.ts';
import { fileForCopy } from './file-for-copy.ts';
import { Incoming, jobOf } from './incoming.ts';
import type { Manifest } from './manifest.ts';
import { type ArchiveParts, type Wish, withParts } from './parts.ts';
import { type Plan, planFor } from './place.ts';
import { etcName, varName } from './stream.ts';

export interface Copied {
  readonly plan: Plan;
  readonly manifest: Manifest;
  /** What would keep the copy from starting, such as ports that the other guest has. */
  readonly problems: readonly Problem[];
}

/** Makes a guest of another name from a guest. */
export async function copyGuest(
  guest: Guest,
  name: string,
  wish: Wish,
  say: (text: string) => void,
): Promise<Copied> {
  const files = declarationOf(guest)
    // Drop-ins for all guests, and the build, are the host's.
    .filter(({ of, shared }) => of !== 'build' && !shared)
    .map((file) => ({ ...file, text: fileForCopy(file.text, guest.name, name) }));
  // Before anything is stopped or copied.
  const plan = planFor(name, { files }, 'another name');
  return withParts(guest, wish, say, async (parts, { check, requireSame }) => {
    const manifest = { ...parts.manifest, files };
    const incoming = new Incoming();
    try {
      await incoming.open();
      say(`Copying ${guest.name}`);
      const assembly = { plan, manifest, isUnconfined: !sharesFiles(guest) };
      // First: an update of the guest could remove a commit that was staged, and the files may take long.
      const from = { repository: parts.repository, rooms: roomsOf(guest) };
      await bringCommits(incoming, assembly, from, check);
      const copies = incoming.partsFor(plan.guest);
      await leavingRoom(copies, () => copyParts(jobOf(incoming.id), guest, parts, copies));
      check();
      await assemble(incoming, assembly, copies, 'copy', check);
      requireSame();
      await putInPlace(incoming, () => planFor(name, manifest, 'another name'));
    } finally {
      await incoming.close();
    }
    return { plan, manifest, problems: (await verifyOnHost([plan.guest])).flat() };
  });
}

/** Copies /etc and /var, with reflinks where the file system has them. The process sees the old guest and the new place. */
async function copyParts(
  name: string,
  guest: Guest,
  { etc, var: varDirectory }: ArchiveParts,
  to: string,
): Promise<void> {
  const pairs = etc.map((path, position): Pair => [path, `${to}/${etcName}/${position}`]);
  if (varDirectory !== undefined) pairs.push([varDirectory, `${to}/${varName}`]);
  const finished = await runConfined(
    {
      name,
      writable: [to],
      // Not the directories themselves: systemd would follow a link that the guest has made of one.
      readable: roomsOf(guest),
      capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
      timeLimit: '1d',
    },
    copyPairs('mkdir --', `${to}/${etcName}`, pairs, 'auto'),
  );
  requireSuccess('Cannot copy the files', finished);
}
