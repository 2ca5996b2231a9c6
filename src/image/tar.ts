import { Failure } from '../failure.ts';
import { shown } from '../ostree/version.ts';
import { run } from '../process.ts';

/**
 * Unpacks an archive into an empty directory, with owners, all bits of modes, hard links and attributes. GNU tar makes
 * links that lead out of the directory last, so that nothing is written through them.
 */
export async function extract(archive: string, directory: string): Promise<void> {
  await tar(
    `Cannot unpack ${archive}`,
    ...['--extract', `--file=${archive}`, `--directory=${directory}`],
    ...['--numeric-owner', '--same-owner', '--preserve-permissions', '--xattrs', '--xattrs-include=*'],
    // Devices, which a tree in OSTree cannot have, and nothing needs: /dev is mounted.
    ...['--anchored', '--exclude=./dev/*', '--exclude=dev/*', '--exclude=/dev/*'],
  );
}

/** The directories that an archive has entries of its own for, as paths without a slash at either end. */
export async function directoriesIn(archive: string): Promise<Set<string>> {
  const names = await tar(`Cannot list ${archive}`, '--list', `--file=${archive}`, '--quoting-style=escape');
  return new Set(
    names
      .split('\n')
      .filter((name) => name.endsWith('/'))
      .map(plainPath),
  );
}

/** `./usr/lib/`, `/usr/lib/` and `usr/lib/` are one. What is escaped is as in C. */
const plainPath = (name: string): string =>
  name
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/\\(n|t|r|b|f|a|v|\\|[0-7]{3})/g, (_, code: string) => escapes[code] ?? octal(code));

const escapes: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', a: '\x07', v: '\v', '\\': '\\' },
};
const octal = (code: string): string => String.fromCharCode(Number.parseInt(code, 8));

async function tar(what: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run('tar', args);
  if (exitCode === 127) throw new Failure(`${what}: there is no tar on this host`, 'Install tar');
  if (exitCode !== 0) throw new Failure(`${what}: ${reasonOf(stderr)}`);
  return stdout;
}

/** The last thing that tar says before it says that it fails; its first lines may be notices. */
export function reasonOf(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const full = lines.find((line) => /No space left on device/.test(line));
  const last = lines.findLast((line) => !/Exiting with failure status|Error is not recoverable/.test(line));
  return shown(full ?? last ?? '') || 'tar failed and did not say why';
}
