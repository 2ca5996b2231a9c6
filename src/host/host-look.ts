import { runAsService } from './systemd-run.ts';

/** A path that exists on the host. */
export interface HostPath {
  readonly path: string;
  /** The resolved path. */
  readonly real: string;
  /** As stat(1) calls it: `directory`, `regular file`. */
  readonly type: string;
}

/** In milliseconds. A server whose file system is mounted may not answer. */
const patience = 20_000;

/** Looks at paths of the host that the sandbox of the caller does not have, in ostree-guest-NAME.service. What is missing is left out. */
export async function lookOnHost(name: string, paths: readonly string[]): Promise<HostPath[]> {
  if (paths.length === 0) return [];
  const show = String.raw`stat --printf "%F\t$path\t%n\n" -- "$real"`;
  const look = `for path; do real=$(realpath -e -- "$path") && ${show}; done`;
  const { stdout } = await runAsService(
    `ostree-guest-${name}`,
    [],
    ['sh', '-c', `${look}; true`, 'sh', ...paths],
    { timeout: patience },
  );
  return stdout.split('\n').flatMap((line) => {
    const [type, path, real] = line.split('\t');
    return type && path && real ? [{ path, real, type }] : [];
  });
}
