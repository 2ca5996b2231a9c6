import { now } from './clock.ts';
import { run } from './process.ts';

/** systemd-machined on the bus: service, object and interface, as busctl(1) takes them. */
export const machined = [
  'org.freedesktop.machine1',
  '/org/freedesktop/machine1',
  'org.freedesktop.machine1.Manager',
] as const;

/** In milliseconds. It answers at once, or hangs. */
export const machinedTimeout = 3000;

/** Returns true if systemd-machined hangs. Starts it if it is not running. */
export async function machinedHangs(): Promise<boolean> {
  const begun = now();
  const question = ['get-property', ...machined, 'PoolPath'];
  const { exitCode } = await run('busctl', question, { timeout: machinedTimeout });
  return exitCode !== 0 && now() - begun >= machinedTimeout;
}
