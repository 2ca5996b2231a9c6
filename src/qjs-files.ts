import { type Files, largestFile } from './config/files.ts';
import { os, std } from './qjs.ts';
import { decodeUtf8 } from './utf8.ts';

/** The file system port, on QuickJS. What it throws, and what it reads, is the same as on Node: node-files.ts. */
export const qjsFiles: Files = {
  list(directory) {
    const [names, errno] = os.readdir(directory);
    if (isMissing(errno)) return [];
    if (errno !== 0) throw systemError(errno, 'scandir', directory);
    return names.filter((name) => name !== '.' && name !== '..');
  },

  read(file) {
    const [stat, errno] = os.stat(file);
    if (isMissing(errno)) return undefined;
    if (!stat) throw systemError(errno, 'stat', file);
    const type = stat.mode & os.S_IFMT;
    if (type === os.S_IFCHR && stat.rdev === os.stat('/dev/null')[0]?.rdev) return '';
    if (type !== os.S_IFREG || stat.size > largestFile) throw new Error('it is not a text file');
    const text = stat.size > 0 && std.loadFile(file);
    // Only of ASCII is it sure to be right: for what is not UTF-8, versions of QuickJS differ. What the kernel makes
    // up as it is read has size 0.
    const isAscii = text && text.length === stat.size && !text.includes('\uFFFD');
    return isAscii ? text : decodeUtf8(bytesOf(file));
  },

  write(path, text) {
    makeDirectory(above(path));
    const failed: { errno?: number } = {};
    const file = std.open(path, 'w', failed);
    if (!file) throw systemError(failed.errno ?? 0, 'open', path);
    file.puts(text);
    const isShort = file.error();
    const errno = -file.close();
    if (isShort || errno > 0) throw systemError(errno, 'write', path);
  },

  link(target, path) {
    let errno = -os.symlink(target, path);
    if (errno === ENOENT) {
      makeDirectory(above(path));
      errno = -os.symlink(target, path);
    }
    if (errno > 0 && errno !== EEXIST) throw systemError(errno, 'symlink', path);
  },
};

const above = (path: string): string => path.slice(0, path.lastIndexOf('/'));

function makeDirectory(path: string): void {
  const errno = -os.mkdir(path);
  if (errno <= 0 || errno === EEXIST) return;
  if (errno !== ENOENT || above(path) === '') throw systemError(errno, 'mkdir', path);
  makeDirectory(above(path));
  makeDirectory(path);
}

function bytesOf(file: string): Uint8Array {
  const descriptor = os.open(file, os.O_RDONLY);
  if (descriptor < 0) throw systemError(-descriptor, 'open', file);
  const bytes = new Uint8Array(largestFile);
  let length = 0;
  let read: number;
  do {
    read = os.read(descriptor, bytes.buffer, length, bytes.length - length);
    if (read > 0) length += read;
  } while (read > 0);
  os.close(descriptor);
  if (read < 0) throw systemError(-read, 'read', file);
  return bytes.subarray(0, length);
}

/** errno(3); QuickJS names hardly any of them. */
const [ENOENT, EEXIST, ENOTDIR] = [2, 17, 20];

const isMissing = (errno: number): boolean => errno === ENOENT || errno === ENOTDIR;

/** In the words of Node, so that a guest's problem reads the same on both. */
const words: Readonly<Record<number, string>> = {
  5: 'EIO: i/o error',
  13: 'EACCES: permission denied',
  36: 'ENAMETOOLONG: name too long',
  40: 'ELOOP: too many symbolic links encountered',
};

const systemError = (errno: number, call: string, path: string): Error =>
  new Error(`${words[errno] ?? std.strerror(errno)}, ${call} '${path}'`);
