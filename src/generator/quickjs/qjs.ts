/** The library of QuickJS, global with `qjs --std`. Errors are negative numbers. */
interface Qjs {
  readonly std: {
    loadFile(path: string): string | null;
    open(path: string, mode: string, error: { errno?: number }): File | null;
    getenv(name: string): string | undefined;
    strerror(errno: number): string;
    exit(status: number): never;
    readonly err: File;
  };
  readonly os: {
    readdir(path: string): [names: string[], errno: number];
    stat(path: string): [stat: Stat | null, errno: number];
    open(path: string, flags: number): number;
    read(descriptor: number, buffer: ArrayBufferLike, offset: number, length: number): number;
    close(descriptor: number): number;
    mkdir(path: string): number;
    symlink(target: string, path: string): number;
    readonly O_RDONLY: number;
    readonly S_IFMT: number;
    readonly S_IFREG: number;
    readonly S_IFCHR: number;
  };
  /** The program, and its arguments. */
  readonly scriptArgs: readonly string[];
}

interface File {
  puts(text: string): void;
  flush(): void;
  error(): boolean;
  close(): number;
}

interface Stat {
  readonly mode: number;
  readonly size: number;
  readonly rdev: number;
}

/** Undefined on Node, where the build imports this file to see what it exports. */
export const { std, os, scriptArgs } = globalThis as typeof globalThis & Qjs;
