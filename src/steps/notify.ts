import type { Guest } from '../config/guest.ts';
import { printableLine } from '../host/printable.ts';
import { endingWords } from '../host/process.ts';
import { randomName } from '../host/random-name.ts';
import { type Settings, startAsService } from '../host/systemd-run.ts';
import { type Attempt, attemptFields } from '../state/attempts.ts';
import { complain } from '../state/report.ts';

/**
 * Starts the commands of Notify=, each in a service of its own, and waits for none. A command that fails fails alone: it is not
 * an attempt, and does not start OnFailure= of the guest.
 */
export async function notify(
  { name, update }: Pick<Guest, 'name' | 'update'>,
  attempt: Attempt,
): Promise<void> {
  const env = notice(attempt);
  await Promise.all(
    update.notify.map(async (command) => {
      const unit = `ostree-guest-notify-${name}-${randomName()}`;
      const finished = await startAsService(unit, settings, command, env);
      if (finished.exitCode !== 0)
        complain(
          `Cannot start Notify=${command.join(' ')}: ${finished.stderr.trim() || endingWords(finished)}`,
        );
    }),
  );
}

const settings: Settings = [
  ['Type', 'oneshot'],
  ['TimeoutStartSec', '5min'],
  ['SyslogIdentifier', 'ostree-guest-notify'],
  // What the command puts there is removed with it.
  ['PrivateTmp', 'yes'],
];

/** Returns the environment of a command: the fields of the history, without control characters. */
export function notice(attempt: Attempt): Readonly<Record<string, string>> {
  const fields = Object.entries(attemptFields(attempt)).filter(([name]) => name.startsWith('OSTREE_GUEST'));
  const all = [...fields, ['OSTREE_GUEST_MESSAGE', attempt.message] as const];
  return Object.fromEntries(all.map(([name, value]) => [name, plain(value)]));
}

const plain = (value: string): string =>
  printableLine(value).slice(0, longest).replace(noCharacter, '\ufffd');
/** systemd refuses these in an environment, so that the version of a tree could keep a command from being started. */
const noCharacter = /[\p{Noncharacter_Code_Point}\p{Cs}]/gu;
/** The maximum length of a value in characters: a message may contain the output of a program. */
const longest = 2000;
