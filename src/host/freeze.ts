import { once } from 'node:events';
import { Failure } from './failure.ts';
import { destroyLeft } from './systemctl.ts';

/** The longest time that a unit stays frozen. Work that takes longer must fail. */
const longest = '10min';

/**
 * Freezes all processes of a unit while work is done: systemctl(1), freeze. A service thaws them again, also if we are killed: it
 * reads a pipe that ends with us.
 */
export async function whileFrozen<T>(unit: string, name: string, work: () => Promise<T>): Promise<T> {
  const { spawn } = await import('node:child_process');
  const service = `ostree-guest-${name}`;
  // One that a killed run has left behind thaws the unit as it ends.
  await destroyLeft([service]);
  const properties = [
    `ExecStartPre=/usr/bin/systemctl freeze ${unit}`,
    `ExecStopPost=/usr/bin/systemctl thaw ${unit}`,
    `RuntimeMaxSec=${longest}`,
  ].map((property) => `--property=${property}`);
  const child = spawn(
    'systemd-run',
    [
      '--quiet',
      '--wait',
      '--pipe',
      '--collect',
      `--unit=${service}`,
      ...properties,
      'sh',
      '-c',
      'echo frozen; cat',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const [frozen] = await Promise.race([once(child.stdout, 'data'), ended.then(() => [])]);
  if (!(frozen instanceof Buffer))
    throw new Failure(`Cannot freeze ${unit}`, `See: journalctl -u ${service}`);
  try {
    const result = await work();
    if (child.exitCode !== null) throw new Failure(`${unit} was thawed before its files were copied`);
    return result;
  } finally {
    child.stdin.end();
    await ended;
  }
}
