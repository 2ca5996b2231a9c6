import { now } from './clock.ts';
import { run } from './process.ts';

/** systemd-machined on the bus: service, object and interface, as busctl(1) takes them. */
export const machined = [
  'org.freedesktop.machine1',
  '/org/freedesktop/machine1',
  'org.freedesktop.machine1.Manager',
] as const;

/** In milliseconds. It answers at once, or waits for what may never come. */
export const machinedTimeout = 3000;

/** Returns whether systemd-machined hangs. It is started if it does not run. */
export async function machinedHangs(): Promise<boolean> {
  const begun = now();
  const question = ['get-property', ...machined, 'PoolPath'];
  const { exitCode } = await run('busctl', question, { timeout: machinedTimeout });
  return exitCode !== 0 && now() - begun >= machinedTimeout;
}
