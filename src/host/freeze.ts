import { once } from 'node:events';
import { Failure } from './failure.ts';
import { destroyLeft } from './systemctl.ts';

/**
 * How long work may take while something is frozen, in seconds. Services in a guest that have to tell its systemd that they are alive
 * do so every 90 s (WatchdogSec=3min), and others wait for its answers.
 */
export const frozenAtMost = 80;

/** Runs in the directory of the control group. A process that is in the kernel is frozen a little later. */
const freeze = `echo 1 >cgroup.freeze || exit; tries=600
until grep -qx 'frozen 1' cgroup.events; do [ $((tries -= 1)) -gt 0 ] || exit 1; sleep 0.1; done
echo frozen; exec cat`;

/**
 * Freezes all processes of a control group while work is done: cgroups(7), cgroup.freeze. A service thaws them again, also if we are
 * killed: it reads a pipe that ends with us. Not by systemctl(1), freeze: systemd would thaw the unit to stop it, or end it by its
 * watchdog [T 252], or refuse to stop it [T 257].
 */
export async function whileFrozen<T>(group: string, name: string, work: () => Promise<T>): Promise<T> {
  const { spawn } = await import('node:child_process');
  const service = `ostree-guest-${name}`;
  // One that a killed run has left behind thaws the unit as it ends.
  await destroyLeft([service]);
  const properties = [
    "ExecStopPost=/bin/sh -c 'echo 0 >cgroup.freeze'",
    `WorkingDirectory=${group}`,
    `RuntimeMaxSec=${frozenAtMost + 5}s`,
  ].map((property) => `--property=${property}`);
  const child = spawn(
    'systemd-run',
    ['--quiet', '--wait', '--pipe', '--collect', `--unit=${service}`, ...properties, 'sh', '-c', freeze],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const [frozen] = await Promise.race([once(child.stdout, 'data'), ended.then(() => [])]);
  if (!(frozen instanceof Buffer))
    throw new Failure(`Cannot freeze ${group}`, `See: journalctl -u ${service}`);
  try {
    const result = await work();
    if (child.exitCode !== null) throw new Failure(`${group} was thawed before its files were copied`);
    return result;
  } finally {
    child.stdin.end();
    await ended;
  }
}
