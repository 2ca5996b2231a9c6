import type { Files } from './file-port.ts';
import type { Broken } from './guest.ts';
import { hostnameOf } from './hostname.ts';
import {
  configDirectory,
  nspawnDirectory,
  nspawnRuntimeDirectory,
  runtimeDirectory,
  vendorDirectory,
} from './paths.ts';
import { unreadable } from './unreadable.ts';

/** Directories to search; the first one that has a name wins, as for units. */
export interface SearchPath {
  /** For guest files, build files, mirror files and their drop-ins. */
  readonly guests: readonly string[];
  /** For an admin's settings of the container: systemd.nspawn(5), ".nspawn File Discovery". */
  readonly nspawn: readonly string[];
}

export const searchPath: SearchPath = {
  guests: [configDirectory, runtimeDirectory, vendorDirectory],
  nspawn: [nspawnDirectory, nspawnRuntimeDirectory],
};

/** Where templates of builds are. A template is a build file; `guestctl create --build` copies it. */
export const templatePath: SearchPath = {
  guests: searchPath.guests.map((directory) => `${directory}/templates`),
  nspawn: [],
};

export type Reader = Pick<Files, 'list' | 'read'>;

/** What a file may declare. */
export const declarationKinds = ['guest', 'build', 'mirror'] as const;
export type DeclarationKind = (typeof declarationKinds)[number];

/** A directory and the names of what is in it. */
export interface Directory {
  readonly path: string;
  readonly entries: ReadonlySet<string>;
}

/** The content of the directories of a search path, listed once for all guests. */
export class Listing {
  readonly files: Reader;
  readonly guests: readonly Directory[];
  readonly nspawn: readonly Directory[];
  /** Directories that exist but cannot be listed. */
  readonly unreadable: Broken[] = [];
  private knownHostname: string | undefined;

  constructor(files: Reader, path: SearchPath) {
    const list = (directory: string): Directory => {
      try {
        return { path: directory, entries: new Set(files.list(directory)) };
      } catch (error) {
        this.unreadable.push(unreadable(directory, directory, error));
        return { path: directory, entries: new Set() };
      }
    };
    this.files = files;
    this.guests = path.guests.map(list);
    this.nspawn = path.nspawn.map(list);
  }

  readonly hostname = (): string => {
    this.knownHostname ??= hostnameOf(this.files);
    return this.knownHostname;
  };

  /** Returns the files of a kind that win, by name of what they declare. */
  mainFiles(kind: DeclarationKind): ReadonlyMap<string, string> {
    const suffix = `.${kind}`;
    const files = new Map<string, string>();
    for (const { path, entries } of this.guests)
      for (const entry of entries) {
        const name = entry.slice(0, -suffix.length);
        if (entry.endsWith(suffix) && !entry.startsWith('.') && !files.has(name))
          files.set(name, `${path}/${entry}`);
      }
    return files;
  }

  /** True if a guest may have more than one file. */
  hasMore(): boolean {
    return hasAny(this.guests, '.d') || hasAny(this.nspawn, '.nspawn');
  }
}

const hasAny = (directories: readonly Directory[], suffix: string): boolean =>
  directories.some(({ entries }) => {
    for (const entry of entries) if (entry.endsWith(suffix)) return true;
    return false;
  });
