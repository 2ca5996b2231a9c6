import type { Guest } from './config/guest.ts';
import { loadGuest } from './config/load.ts';
import { formatProblem } from './config/problem.ts';
import { explain, Failure } from './failure.ts';
import { nodeFiles } from './node-files.ts';
import { requirePrivateRun } from './update/private-run.ts';

/** Runs the work of a service on the guest named on its command line; a failure is its last words. */
export async function serviceMain(
  unit: (guest: string) => string,
  work: (guest: Guest) => Promise<void>,
): Promise<void> {
  const [name] = process.argv.slice(2);
  try {
    if (name === undefined) throw new Failure('No guest was named', `Run: systemctl start ${unit('NAME')}`);
    const guest = requireGuest(name);
    requirePrivateRun(unit(name));
    await work(guest);
  } catch (error) {
    complain(explain(error) ?? String((error as Error).stack));
    process.exitCode = 1;
  }
}

export function requireGuest(name: string): Guest {
  const checked = loadGuest(nodeFiles, name);
  if (!checked) throw notDeclared(name);
  if ('broken' in checked) {
    throw new Failure(
      checked.broken.problems.map(formatProblem).join('\n'),
      'Correct it, then: systemctl daemon-reload',
    );
  }
  return checked.guest;
}

export const notDeclared = (name: string): Failure =>
  new Failure(
    `No guest '${name}' is declared`,
    `Write /etc/ostree-guests/${name}.guest, then: systemctl daemon-reload`,
  );

/** One error in the journal, of priority 3, for each line; or plain text on a terminal: sd-daemon(3). */
export function complain(text: string): void {
  const prefix = process.env['JOURNAL_STREAM'] ? '<3>' : '';
  for (const line of text.split('\n')) console.error(prefix + line);
}
