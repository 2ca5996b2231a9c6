import type { Guest } from '../../config/guest.ts';
import { loadGuests } from '../../config/load.ts';
import { stateDirectory } from '../../config/paths.ts';
import { ownProgram, roomsOf, runConfined, treeCapabilities } from '../../host/confined.ts';
import { eachLine } from '../../host/each-line.ts';
import { Failure } from '../../host/failure.ts';
import { lookOnHost } from '../../host/host-look.ts';
import { parseFields } from '../../host/json-fields.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { endingWords } from '../../host/process.ts';
import { wasKilled } from '../../host/systemd-run.ts';
import { usersOfRunning } from '../../machine/guest-state.ts';
import { repositoryOf } from '../../ostree/repository.ts';
import type { Progress } from '../../state/report.ts';
import { noteUnconfined, unconfinedFile, unsharedNotes } from '../../state/unshared.ts';
import { hostRepository } from '../ostree/host-remotes.ts';
import { type Linked, type LinkingTask, linkedOf, type Neighbour, type Want } from './linking-task.ts';
import { isConfined, sharesFiles } from './shares.ts';
import { linkingOf } from './unit.ts';

/** The guest whose repository gets a commit. */
type Receiver = Pick<Guest, 'name' | 'sysroot' | 'machine' | 'update'>;

export interface Linking {
  /** The repositories to link from. Default: those of the other guests and of the host. */
  readonly from?: readonly string[];
  /** Directories of the host that contain a remote. */
  readonly readable?: readonly string[];
  readonly report?: Progress;
}

/**
 * Links a commit into a guest's repository, in a unit of its own: the only step that sees the repositories of
 * other guests. link(2) does not cross mounts, so all of them are in one mount there; the update sees only its own guest.
 */
export async function link(guest: Receiver, want: Want, { from, ...options }: Linking = {}): Promise<Linked> {
  // Only guests of images have what was made of one.
  const kinds = want.kind === 'made of' ? ['oci'] : undefined;
  // Copies would save nothing.
  if (want.kind === 'made over' && (!sharesFiles(guest) || isOnOtherMount(guest.sysroot))) return {};
  const everybody = await standing(guest, kinds);
  const neighbours = from?.map(withoutNotes) ?? [
    ...(await reachable(guest, everybody.neighbours)),
    ...(kinds ? [] : [withoutNotes(hostRepository)]),
  ];
  if (kinds && neighbours.length === 0 && everybody.unconfined.length === 0) return {};
  return linkFrom(guest, want, { ...everybody, neighbours }, options);
}

/**
 * Skips repositories that do not exist, as Sysroot= of another guest may name: the update does not see them. The `-` of
 * BindReadOnlyPaths= ignores what is missing, but not a path below a file.
 */
async function reachable(guest: Receiver, neighbours: readonly Neighbour[]): Promise<Neighbour[]> {
  const outside = neighbours.map(({ repository }) => repository).filter(isOnOtherMount);
  const found = await lookOnHost(`look-${guest.name}`, outside);
  const isFound = (repository: string): boolean =>
    found.some(({ path, type }) => path === repository && type === 'directory');
  return neighbours.filter(({ repository }) => !isOnOtherMount(repository) || isFound(repository));
}

const withoutNotes = (repository: string): Neighbour => ({ repository, notes: [] });

/** Which guests share files. */
interface Standing {
  /** True if this guest shares files. */
  readonly shares: boolean;
  /** Other guests that may share files. The linking step checks their notes, which the update does not see. */
  readonly neighbours: readonly Neighbour[];
  /** The notes of other guests that must not share files. */
  readonly unconfined: readonly string[];
}

/**
 * Checks the files of all guests, and running guests: a guest may have been started without a user namespace before its file asked
 * for one. In doubt, nothing is shared. `kinds` are the kinds of origins that are asked.
 */
async function standing(guest: Receiver, kinds?: readonly string[]): Promise<Standing> {
  const others = loadGuests(nodeFiles).guests.filter(({ sysroot }) => sysroot !== guest.sysroot);
  const users = await usersOfRunning([guest, ...others].map(({ name }) => name));
  const isOpen = (one: Receiver): boolean => !isConfined(one) || users.get(one.name) === 'of the host';
  const isSure = (one: Receiver): boolean => users.get(one.name) !== 'unknown';
  if (isOpen(guest)) noteUnconfined(guest.name);
  return {
    shares: sharesFiles(guest) && isSure(guest),
    neighbours: others
      .filter((one) => !isOpen(one) && isSure(one) && (kinds?.includes(one.origin.kind) ?? true))
      .map(({ name, sysroot }) => ({ repository: repositoryOf(sysroot), notes: unsharedNotes(name) })),
    unconfined: others.filter(isOpen).map(({ name }) => unconfinedFile(name)),
  };
}

async function linkFrom(
  guest: Receiver,
  want: Want,
  { shares, neighbours, unconfined }: Standing,
  { readable = [], report }: Omit<Linking, 'from'>,
): Promise<Linked> {
  const ofSharing = shares ? { notes: unsharedNotes(guest.name), unconfined } : { notes: [], unconfined: [] };
  const task: LinkingTask = { repository: repositoryOf(guest.sysroot), neighbours, want, ...ofSharing };
  const unit = linkingOf(guest.name);
  const step = () =>
    runConfined(
      {
        name: unit,
        ...viewOf(guest, shares, neighbours, readable),
        network: want.kind === 'pull',
        // The last one is for attributes such as security.ima. With it, this step is more than others: they cannot look into it.
        capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
        timeLimit: '6h',
        memory: '1G',
      },
      ownProgram('link'),
      {
        input: JSON.stringify(task),
        onOutput: eachLine((line) => {
          const progress = parseFields(line).optionalFields('progress');
          if (progress) report?.progress(progress.text('words'), progress.number('bytes'));
        }),
      },
    );
  const first = await step();
  // The boot step of another guest ended it: unit.ts.
  const finished = wasKilled(first) ? await step() : first;
  const { exitCode, stdout, stderr } = finished;
  if (exitCode !== 0)
    throw new Failure(
      `Cannot link what other guests have: ${stderr.trim().split('\n').at(-1) || endingWords(finished)}`,
      `See: journalctl -u ostree-guest-${unit}`,
    );
  return linkedOf(stdout);
}

/**
 * Returns what the step sees. If a guest shares no files, its directory is a mount of its own, and the others are
 * read-only: then OSTree copies, or makes reflinks if possible.
 */
function viewOf(
  guest: Receiver,
  shares: boolean,
  neighbours: readonly Neighbour[],
  readable: readonly string[],
) {
  const outside = neighbours.map(({ repository }) => repository).filter(isOnOtherMount);
  return shares
    ? {
        writable: [stateDirectory, ...roomsOf(guest).filter(isOnOtherMount)],
        readable: [...outside, ...readable],
      }
    : { writable: roomsOf(guest), readable: [stateDirectory, ...outside, ...readable] };
}

/** True for another mount: objects cannot be hard links. */
const isOnOtherMount = (path: string): boolean => !path.startsWith(`${stateDirectory}/`);

/** Returns the paths of the host in the options of a remote: its repository and its keys. */
export function placesOf(options: Readonly<Record<string, string>>): string[] {
  const place = /^(?:mirrorlist=)?(?:file:\/\/)?(\/[\w.@+,/-]+)$/;
  return [...new Set(Object.values(options).flatMap((value) => place.exec(value)?.[1] ?? []))];
}
