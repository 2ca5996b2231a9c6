import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { Build } from '../config/build.ts';
import type { Guest } from '../config/guest.ts';
import { guestName } from '../config/guest-name.ts';
import { loadBuild, loadGuest, loadMirror } from '../config/load.ts';
import type { Mirror } from '../config/mirror.ts';
import { buildFileOf, mirrorFileOf, stateOf } from '../config/paths.ts';
import { formatProblem, mistakesIn, type Problem } from '../config/problem.ts';
import { searchPath } from '../config/search.ts';
import { Failure } from '../host/failure.ts';
import { nodeFiles } from '../host/node-files.ts';

export function requireGuest(name: string): Guest {
  const checked = loadGuest(nodeFiles, name);
  if (!checked) throw leadsOut(name) ?? notDeclared(name);
  if ('broken' in checked) throw hasMistakes(checked.broken.problems);
  return checked.guest;
}

/** True if there is no file of a guest, not even one that cannot be read. */
export const isUndeclared = (name: string): boolean => !loadGuest(nodeFiles, name) && !leadsOut(name);

/**
 * Checks the name of a guest only. A file with mistakes must not keep anybody from stopping or entering a running guest: the
 * mistakes are warnings. A guest that is no longer declared also passes, as long as any part of it exists.
 */
export function requireGuestName(name: string, warn: (text: string) => void): string {
  const checked = loadGuest(nodeFiles, name);
  const problems = checked && 'broken' in checked ? checked.broken.problems : [];
  const mistakes = mistakesIn(problems);
  if (mistakes.length > 0) warn(mistakes.map(formatProblem).join('\n'));
  if (checked) return name;
  if (guestName.test(name) && existsSync(stateOf(name))) return name;
  throw leadsOut(name) ?? notDeclared(name);
}

/** Refuses a guest file that is a link to a directory which the services do not see. */
function leadsOut(name: string): Failure | undefined {
  const file = searchPath.guests.map((path) => `${path}/${name}.guest`).find(isDangling);
  return file === undefined
    ? undefined
    : new Failure(
        `${file} is a link to ${readlinkSync(file)}, which does not exist or which the guest's services do not see`,
        'Put the file itself there',
      );
}

const isDangling = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(path);

export function requireBuild(name: string): Build {
  const checked = loadBuild(nodeFiles, name);
  if (!checked) throw new Failure(`There is no build '${name}'`, `Declare it in ${buildFileOf(name)}`);
  if ('broken' in checked) throw hasMistakes(checked.broken.problems);
  return checked.build;
}

export function requireMirror(name: string): Mirror {
  const checked = loadMirror(nodeFiles, name);
  if (!checked) throw new Failure(`There is no mirror '${name}'`, `Declare it in ${mirrorFileOf(name)}`);
  if ('broken' in checked) throw hasMistakes(checked.broken.problems);
  return checked.mirror;
}

function hasMistakes(problems: readonly Problem[]): Error {
  requireReadable(problems);
  return new Failure(problems.map(formatProblem).join('\n'), 'Correct it, then: systemctl daemon-reload');
}

/** Fails like the attempt to read a file that only root may read. */
export function requireReadable(problems: readonly Problem[]): void {
  const hidden = problems.find(({ isForbidden }) => isForbidden);
  if (hidden) throw Object.assign(new Error(formatProblem(hidden)), { code: 'EACCES' });
}

/** For commands that take any of these. */
export const nothingDeclared = (name: string): Failure =>
  new Failure(
    `No guest, build or mirror '${name}' is declared`,
    'List them: guestctl list; guestctl builds; guestctl mirrors',
  );

export function notDeclared(name: string): Failure {
  const message = `No guest '${name}' is declared`;
  const meant = guestIn(name);
  if (meant !== undefined && loadGuest(nodeFiles, meant))
    return new Failure(message, `Did you mean ${meant}?`);
  const create = guestName.test(name) ? `. Make one: guestctl create ${name}` : '';
  return new Failure(message, `List guests: guestctl list${create}`);
}

/** Returns the guest of a unit, of a file, or of USER@NAME. */
export function guestIn(name: string): string | undefined {
  const meant = name.replace(/^.*[/@]/, '').replace(/\.(guest|build|mirror|service|timer|machine)$/, '');
  return meant !== name && guestName.test(meant) ? meant : undefined;
}
