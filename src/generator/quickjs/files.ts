import { type Files, largestFile } from '../../config/file-port.ts';
import { readBytes } from './bytes.ts';
import { systemError } from './error.ts';
import { os, std } from './qjs.ts';

/** The file system port on QuickJS. Behaves like that on Node: node-files.ts. */
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
    // Only ASCII is reliable: for invalid UTF-8, versions of QuickJS differ. Files that the kernel
    // generates while they are read have size 0.
    const isAscii = text && text.length === stat.size && !text.includes('\uFFFD');
    return isAscii ? text : readBytes(file);
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

/** errno(3): QuickJS has no names for most of them. */
const [ENOENT, EEXIST, ENOTDIR] = [2, 17, 20];

const isMissing = (errno: number): boolean => errno === ENOENT || errno === ENOTDIR;
