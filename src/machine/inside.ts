// Asks the systemd inside a running machine.
import { run } from '../host/process.ts';
import { runAsService } from '../host/systemd-run.ts';
import { driver } from './driver.ts';
import type { Ask } from './machine.ts';

/** The time limit for questions in milliseconds: the bus of a machine may hang. */
const timeout = 20_000;

const directly: Ask = (file, args) => run(file, args, { timeout });

/**
 * Asks through the host's systemd. A service with RestrictNamespaces= cannot ask directly: systemctl --machine= enters the machine's
 * namespaces and fails with "Protocol error". The question ends with `unit`.
 */
export const throughHost =
  (machine: string, unit: string): Ask =>
  (file, args) =>
    runAsService(`ostree-guest-ask-${machine}.service`, [['BindsTo', unit]], [file, ...args], { timeout });

/** Returns the state of its boot: systemctl(1), is-system-running; undefined if its systemd does not answer. */
export async function systemState(machine: string, ask = directly): Promise<string | undefined> {
  const { stdout } = await driver.systemctl(machine, ['is-system-running'], ask);
  return stdout.trim() || undefined;
}

/** Returns undefined if its systemd does not answer. */
export async function isActive(machine: string, unit: string): Promise<boolean | undefined> {
  const { stdout } = await driver.systemctl(machine, ['is-active', '--', unit], directly);
  return stdout.trim() === '' ? undefined : stdout.trim() === 'active';
}

/** The units that have failed. Returns undefined if its systemd does not answer. */
export async function failedUnits(machine: string, ask = directly): Promise<string[] | undefined> {
  const list = ['list-units', '--state=failed', '--plain', '--no-legend', '--full'];
  const { exitCode, stdout } = await driver.systemctl(machine, list, ask);
  if (exitCode !== 0) return undefined;
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((unit) => unit !== '');
}
