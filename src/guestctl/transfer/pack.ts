// Writes the archive of a guest to standard output. Runs confined: it sees only the guest's files, read-only.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { codeOf, Failure } from '../../host/failure.ts';
import { openUnlinked } from '../../host/own-directory.ts';
import { requireSuccess, run } from '../../host/process.ts';
import { etcName, manifestName, passOn, repositoryName, type Tell, varName } from './stream.ts';

/** Where the process sees the parts of the guest. */
export const packPlace = '/export';

/** tar(1): owners as numbers, all attributes, holes as holes, and no times of the last reading. */
export const tarOptions = ['--file=-', '--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls'];

/** Writes the archive of what is bound at these places (PATH:PLACE), without its trailer. Returns its SHA-256. */
export async function pack(
  places: readonly string[],
  compress: boolean,
  progress: Tell,
  warn: (text: string) => void,
): Promise<string> {
  for (const [path = '', place = ''] of places.map((one) => one.split(':'))) requireSame(path, place);
  const parts = [manifestName, repositoryName, etcName, varName].filter((name) =>
    readdirSync(packPlace).includes(name),
  );
  const devices = await devicesIn(parts);
  for (const device of devices) warn(`Left out, because it is a device: ${device}`);
  const archive = await makePipe('archive');
  const packed = compress ? await makePipe('packed') : undefined;
  const complaints = openNameless('complaints');
  const tar = spawn('tar', creating(parts, devices), { stdio: ['ignore', archive.write, complaints] });
  const zstd = packed && spawn('zstd', zstdOptions, { stdio: [packed.read, 'inherit', 'inherit'] });
  const ends = [...(zstd ? [exitOf('zstd', zstd)] : []), tarEnds(tar, complaints)];
  // The programs have their own: who reads sees the end when the one that writes has ended.
  closeSync(archive.write);
  if (packed) closeSync(packed.read);
  const pass = async () => {
    try {
      return await passOn(archive.read, packed?.write ?? 1, progress);
    } finally {
      // If that fails, tar(1) would else wait for ever to go on.
      closeSync(archive.read);
      if (packed) closeSync(packed.write);
    }
  };
  const [passed, ...ended] = await Promise.allSettled([pass(), ...ends]);
  const reasons = [passed, ...ended].flatMap((one) =>
    one.status === 'rejected' ? [one.reason as unknown] : [],
  );
  // If zstd(1) has failed, our pipe to it is broken, too; tar(1) then fails because of us.
  if (passed.status === 'rejected' || reasons.length > 0)
    throw codeOf(reasons[0]) === 'EPIPE' && zstd ? reasons[1] : reasons[0];
  return passed.value;
}

/**
 * Fails unless a guest has at this path what is bound at this place. Until systemd bound it, root in a guest that manages itself
 * could replace it by a link to anywhere on the host. We see nothing of the host but the guest: here, such a link leads nowhere.
 */
function requireSame(path: string, place: string): void {
  if (isSame(path, place)) return;
  throw new Failure(
    `${path} was replaced meanwhile, and leads to elsewhere: nothing was exported`,
    'Only root in the guest, or on this host, can have done that. Put it back in its place, and export the guest again',
  );
}

function isSame(path: string, place: string): boolean {
  const opened = openUnlinked(path);
  if (opened === undefined) return false;
  const own = fstatSync(opened, { bigint: true });
  closeSync(opened);
  const bound = lstatSync(place, { bigint: true, throwIfNoEntry: false });
  return own.ino === bound?.ino && own.dev === bound.dev;
}

/** tar(1) exits with it if a file has changed while it was read. */
const isDifferent = 1;

/**
 * Fails if tar(1) does. An object gets and loses links when other guests are updated, and tar(1) takes that for a change of the
 * file. Nobody changes the content of an object. The complaints are in a file: while passOn() waits for the archive, nobody would
 * read a pipe, and tar(1) would wait for ever once that is full.
 */
const tarEnds = (tar: ChildProcess, complaints: number): Promise<void> =>
  exitOf('tar', tar, (code) => {
    const { size } = fstatSync(complaints);
    const text = Buffer.alloc(Math.min(size, mostComplaints));
    readSync(complaints, text, 0, text.length, 0);
    const others = text
      .toString()
      .split('\n')
      .filter((line) => line !== '' && !isOfLinks(line));
    if (others.length > 0) process.stderr.write(`${others.join('\n')}\n`);
    return code === isDifferent && others.length === 0 && size <= mostComplaints;
  });

/** In bytes. */
const mostComplaints = 1 << 20;

export const isOfLinks = (line: string): boolean =>
  line.startsWith(`tar: ${repositoryName}/objects/`) && line.endsWith(': file changed as we read it');

/** The arguments of tar(1). */
const creating = (parts: readonly string[], devices: readonly string[]): string[] => [
  '--create',
  ...tarOptions,
  '--sparse',
  '--format=posix',
  '--pax-option=delete=atime,delete=ctime',
  '--warning=no-file-ignored',
  `--directory=${packPlace}`,
  '--anchored',
  '--no-wildcards',
  ...devices.map((device) => `--exclude=${device}`),
  '--',
  ...parts,
];

interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** Makes a pipe. Those that Node makes for programs are sockets, which cannot be read by waiting. */
async function makePipe(name: string): Promise<Pipe> {
  const path = `${tmpdir()}/${name}`;
  requireSuccess('Cannot make a pipe', await run('mkfifo', ['--mode=600', '--', path]));
  // Opening one end waits for the other one, and opening both does not.
  const both = openSync(path, constants.O_RDWR);
  const pipe = { read: openSync(path, constants.O_RDONLY), write: openSync(path, constants.O_WRONLY) };
  closeSync(both);
  rmSync(path);
  return pipe;
}

/** Opens a file without a name, for writing and reading. */
function openNameless(name: string): number {
  const path = `${tmpdir()}/${name}`;
  const descriptor = openSync(path, 'wx+', 0o600);
  rmSync(path);
  return descriptor;
}

/** Quick rather than small: the first level takes half of the time of the default. */
export const zstdOptions = ['--quiet', '-1', '--threads=0', '--stdout', '-'];

/** Fails unless the program succeeds, or exits in a way that is as good. Everything that it has printed is read by then. */
export async function exitOf(
  name: string,
  child: ChildProcess,
  isGood: (code: number | null) => boolean = () => false,
): Promise<void> {
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0 && !isGood(code))
    throw new Failure(`${name} failed (${code === null ? signal : `exit code ${code}`})`);
}

/**
 * Returns the devices of a guest, as paths in the archive: nobody may create them on another host. A whiteout of overlayfs is
 * a device without a driver, which anybody may create.
 */
async function devicesIn(parts: readonly string[]): Promise<string[]> {
  const where = parts.filter((part) => part === etcName || part === varName);
  const find = [
    ...where.map((part) => `${packPlace}/${part}`),
    '(',
    '-type',
    'b',
    '-o',
    '-type',
    'c',
    ')',
    '-print0',
  ];
  const finished = await run('find', find);
  requireSuccess('Cannot look through the guest', finished);
  return finished.stdout
    .split('\0')
    .filter((path) => path !== '' && lstatSync(path).rdev !== 0)
    .map((path) => path.slice(packPlace.length + 1));
}
