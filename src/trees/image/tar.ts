import { cEscapes } from '../../config/c-escapes.ts';
import { Failure } from '../../host/failure.ts';
import { shown } from '../../host/printable.ts';
import { run } from '../../host/process.ts';

/** The members of an archive. Paths have no slash at either end. */
export interface Contents {
  /** The directories with entries of their own. */
  readonly directories: ReadonlySet<string>;
  /** The names of its devices, as tar(1) knows them. */
  readonly devices: readonly string[];
}

/** Lists an archive. */
export async function contentsOf(archive: string): Promise<Contents> {
  const how = ['--list', '--verbose', '--numeric-owner', '--quoting-style=escape'];
  const listed = await tar(`Cannot list ${archive}`, [...how, `--file=${archive}`]);
  const members = listed.split('\n').map(parseMember);
  const ofKind = (kind: RegExp) => members.filter(({ type }) => kind.test(type)).map(({ name }) => name);
  return { directories: new Set(ofKind(/d/).map(plainPath)), devices: ofKind(/[bc]/).map(unescaped) };
}

/** `crw-r--r-- 0/0 1,3 2026-11-26 14:30 ./dev/null`, with the type first. Only links say more behind the name. */
export function parseMember(line: string): { type: string; name: string } {
  const [, type = '', name = ''] = /^(\S)\S* +\S+ +\S+ \S+ \S+ (.*)$/.exec(line) ?? [];
  return { type, name };
}

/**
 * Unpacks an archive into an empty directory, with owners, all bits of modes, hard links and attributes. Leaves devices
 * out, which a tree in OSTree cannot have, and /dev, which is mounted. GNU tar makes links that lead out of the
 * directory last, so that nothing is written through them.
 */
export async function extract(archive: string, directory: string, devices: readonly string[]): Promise<void> {
  const exclude = ['./dev/*', 'dev/*', '/dev/*'].map((pattern) => `--exclude=${pattern}`);
  await tar(
    `Cannot unpack ${archive}`,
    ['--extract', `--file=${archive}`, `--directory=${directory}`]
      .concat('--numeric-owner', '--same-owner', '--preserve-permissions', '--xattrs', '--xattrs-include=*')
      .concat('--anchored', '--wildcards', exclude, '--no-wildcards', '--exclude-from=-'),
    // On standard input: there may be too many for a command line. A name with a line end fails.
    devices.map((name) => `${name}\n`).join(''),
  );
}

/** Normalizes `./usr/lib/`, `/usr/lib/` and `usr/lib/`, and removes escapes as in C. */
const plainPath = (name: string): string => unescaped(name.replace(/^(\.?\/)+/, '').replace(/\/+$/, ''));

const unescaped = (name: string): string =>
  name.replace(/\\(n|t|r|b|f|a|v|\\|[0-7]{3})/g, (_, code: string) => singles[code] ?? octal(code));

const singles: Readonly<Record<string, string>> = { ...cEscapes, '\\': '\\' };
const octal = (code: string): string => String.fromCharCode(Number.parseInt(code, 8));

async function tar(what: string, args: readonly string[], input = ''): Promise<string> {
  const { ended, exitCode, stdout, stderr } = await run('tar', args, { input, most: 256 << 20 });
  if (ended === 'notFound') throw new Failure(`${what}: there is no tar on this host`, 'Install tar');
  if (exitCode !== 0) throw new Failure(`${what}: ${reasonOf(stderr)}`);
  return stdout;
}

/** Returns the last message before the final one; the first lines may be notices. */
export function reasonOf(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const full = lines.find((line) => /No space left on device/.test(line));
  const last = lines.findLast((line) => !/Exiting with failure status|Error is not recoverable/.test(line));
  return shown(full ?? last ?? '') || 'tar failed and did not say why';
}
