import { type Guest, stateDirectory } from '../../config/guest.ts';
import { loadGuests } from '../../config/load.ts';
import { ownProgram, roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import { unsharedFile } from '../../state/unshared.ts';
import { hostRepository } from '../ostree/host-remotes.ts';
import { sharesFiles } from './shares.ts';
import { isProgress, type Line, type Progress, type Task, type Want } from './task.ts';

export interface Linking {
  /** The repositories to link from; the default is those of the other guests and of the host. */
  readonly from?: readonly string[];
  /** Places of the host that a remote is at. */
  readonly readable?: readonly string[];
  readonly tell?: (progress: Progress) => void;
}

export type Linked = { readonly checksum?: string } | { readonly failed: string };

/**
 * Has a commit linked into a guest's repository, in a unit of its own: the only step that sees the repositories of
 * other guests. link(2) does not cross mounts, so all of them are in one mount there; the update sees only its own guest.
 */
export async function link(guest: Guest, want: Want, options: Linking = {}): Promise<Linked> {
  const { from } = options;
  const others = sharingGuests(guest);
  const neighbours = from ?? [...others.map(({ sysroot }) => repositoryOf(sysroot)), hostRepository];
  const linked = await linkFrom(guest, want, neighbours, others, options);
  if (linked !== noView) return linked;
  // A guest whose Sysroot= is no directory is nobody's neighbour. The update does not see which one that is.
  const near = await linkFrom(
    guest,
    want,
    neighbours.filter((one) => !isElsewhere(one)),
    others,
    options,
  );
  if (near !== noView) return near;
  throw new Failure(
    `The service ostree-guest-link-${guest.name} could not be set up`,
    `The guest is as it was. See: journalctl -u ostree-guest-link-${guest.name}`,
  );
}

/** EXIT_NAMESPACE of systemd.exec(5): something that the service is to see cannot be mounted. */
const noView = 226;

async function linkFrom(
  guest: Guest,
  want: Want,
  neighbours: readonly string[],
  others: readonly Guest[],
  { readable = [], tell }: Linking,
): Promise<Linked | typeof noView> {
  const linked = sharesFiles(guest) ? [guest, ...others].map(({ name }) => unsharedFile(name)) : [];
  const task: Task = { repository: repositoryOf(guest.sysroot), neighbours, want, linked };
  const unit = `link-${guest.name}`;
  const { exitCode, stdout, stderr } = await runConfined(
    {
      name: unit,
      ...viewOf(guest, neighbours, readable),
      network: want.kind === 'pull',
      // The last one is for attributes such as security.ima. With it, this step is more than others: they cannot look into it.
      capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
      timeLimit: '6h',
      memory: '1G',
    },
    ownProgram('link'),
    { input: JSON.stringify(task), onOutput: lines((line) => isProgress(line) && tell?.(line.progress)) },
  );
  if (exitCode === noView) return noView;
  if (exitCode !== 0)
    throw new Failure(
      `Cannot link what other guests have: ${stderr.trim().split('\n').at(-1)}`,
      `The guest is as it was. See: journalctl -u ostree-guest-${unit}`,
    );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Linked;
}

/**
 * What the step sees. A guest that shares no files has its own directory on a mount of its own, and the others
 * read-only: then OSTree copies, or makes reflinks where the file system can.
 */
function viewOf(guest: Guest, neighbours: readonly string[], readable: readonly string[]) {
  const outside = neighbours.filter(isElsewhere);
  return sharesFiles(guest)
    ? {
        writable: [stateDirectory, ...roomsOf(guest).filter(isElsewhere)],
        readable: [...outside, ...readable],
      }
    : { writable: roomsOf(guest), readable: [stateDirectory, ...outside, ...readable] };
}

/** On another mount: objects cannot be linked. */
const isElsewhere = (path: string): boolean => !path.startsWith(`${stateDirectory}/`);

/** The other guests whose files may be linked: those that nobody writes to. */
const sharingGuests = (guest: Guest): Guest[] =>
  loadGuests(nodeFiles).guests.filter((other) => other.sysroot !== guest.sysroot && sharesFiles(other));

/** Calls back with each whole line of text that comes in pieces. */
function lines(callback: (line: Line) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const whole = (rest + text).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) callback(JSON.parse(line) as Line);
  };
}

/** Of a remote's options, the places of the host that it is at, or has its keys in. */
export function placesOf(options: Readonly<Record<string, string>>): string[] {
  const place = /^(?:mirrorlist=)?(?:file:\/\/)?(\/[\w.@+,/-]+)$/;
  return [...new Set(Object.values(options).flatMap((value) => place.exec(value)?.[1] ?? []))];
}
