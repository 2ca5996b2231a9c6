import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { Build } from './config/build.ts';
import type { Guest } from './config/guest.ts';
import { loadBuild, loadGuest } from './config/load.ts';
import { formatProblem, type Problem } from './config/problem.ts';
import { searchPath } from './config/search.ts';
import { explain, Failure } from './failure.ts';
import { requireKnown } from './machine/known.ts';
import { nodeFiles } from './node-files.ts';
import { tell } from './tell.ts';
import { requirePrivateRun } from './update/private-run.ts';

/** Runs the work of a service on the guest named on its command line; a failure is its last words. */
export const serviceMain = (
  unit: (guest: string) => string,
  work: (guest: Guest) => Promise<void>,
): Promise<void> =>
  runService(unit, requireGuest, async (guest) => {
    await requireKnown(guest.name);
    await work(guest);
  });

/** EX_SOFTWARE of sysexits.h, as systemd prints it: the program ended before its work was done. */
const unfinished = 70;

/** The same of a service for anything that has a name. */
export async function runService<T>(
  unit: (name: string) => string,
  find: (name: string) => T,
  work: (found: T) => Promise<void>,
): Promise<void> {
  const [name] = process.argv.slice(2);
  // Node ends, with success, where it waits for what can no longer happen. That is none.
  process.exitCode = unfinished;
  try {
    if (name === undefined) throw new Failure('No name was given', `Run: systemctl start ${unit('NAME')}`);
    const found = find(name);
    requirePrivateRun(unit(name));
    await work(found);
    if (process.exitCode === unfinished) process.exitCode = 0;
  } catch (error) {
    complain(explain(error) ?? String((error as Error).stack));
    process.exitCode = 1;
  }
}

export function requireGuest(name: string): Guest {
  const checked = loadGuest(nodeFiles, name);
  if (!checked) throw leadsOut(name) ?? notDeclared(name);
  if ('broken' in checked) throw hasMistakes(checked.broken.problems);
  return checked.guest;
}

/** A guest's file may be a link, but its services see no more than some directories of the host. */
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
  if (!checked)
    throw new Failure(`There is no build '${name}'`, `Declare it in /etc/ostree-guests/${name}.build`);
  if ('broken' in checked) throw hasMistakes(checked.broken.problems);
  return checked.build;
}

const hasMistakes = (problems: readonly Problem[]): Failure =>
  new Failure(problems.map(formatProblem).join('\n'), 'Correct it, then: systemctl daemon-reload');

export const notDeclared = (name: string): Failure =>
  new Failure(
    `No guest '${name}' is declared`,
    `Write /etc/ostree-guests/${name}.guest, then: systemctl daemon-reload`,
  );

/** One error in the journal, of priority 3, for each line; or plain text on a terminal: sd-daemon(3). */
export function complain(text: string): void {
  const prefix = process.env['JOURNAL_STREAM'] ? '<3>' : '';
  for (const line of text.split('\n')) tell(prefix + line);
}
