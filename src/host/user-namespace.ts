import { parseAnswer } from './json-fields.ts';
import { machined, machinedTimeout } from './machined.ts';
import { run } from './process.ts';
import { activeStates, guestUnit } from './systemctl.ts';

/** The user namespace of a running guest; `unknown` if systemd-machined does not tell. */
export type Users = 'own' | 'of the host' | 'unknown';

/** Asks for all guests that run: a guest file may have changed since its guest was started. */
export async function usersOfRunning(guests: readonly string[]): Promise<Map<string, Users>> {
  const states = await activeStates([guestUnit('*')]);
  const running = guests.filter((guest) => isUp(states.get(guestUnit(guest))));
  return new Map(await Promise.all(running.map(async (guest) => [guest, await usersOf(guest)] as const)));
}

const isUp = (state: string | undefined): boolean =>
  state === 'active' || state === 'deactivating' || state === 'reloading';

async function usersOf(machine: string): Promise<Users> {
  const question = ['--json=short', 'call', ...machined, 'GetMachineUIDShift', 's', machine];
  const { exitCode, stdout } = await run('busctl', question, { timeout: machinedTimeout });
  return exitCode === 0 ? parseShift(stdout) : 'unknown';
}

/** The type, and the first UID of the machine on the host, which is 0 without a user namespace: org.freedesktop.machine1(5). */
function parseShift(answer: string): Users {
  const [shift] = parseAnswer(answer);
  return shift === 0 ? 'of the host' : 'own';
}
