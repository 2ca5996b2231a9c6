import type { Guest } from '../config/guest.ts';
import { throughHost } from '../machine/inside.ts';
import {
  type RpmOstreeDeployment,
  type RpmOstreeStatus,
  rpmOstree,
  rpmOstreeStatus,
  tryRpmOstree,
  unchanged,
} from '../machine/rpm-ostree.ts';
import { isRunning, maintenanceUnit, startUnit, stopUnit, updateUnit } from '../machine/systemctl.ts';
import { readRejection } from '../state/rejected.ts';
import { rememberFailedUnits } from './health.ts';
import type { Report } from './report.ts';
import type { Done } from './stage.ts';

/**
 * An update of a guest that manages itself: its own rpm-ostree does the work, inside. It stages, and the guest's shutdown
 * finalizes, as on any machine. One that does not run is started for that without its services, and stopped again.
 */
export async function updateInside(guest: Guest, report: Report): Promise<Done | undefined> {
  if (await isRunning(guest.name)) return upgrade(guest, report, 'reboot');
  report.step(`Starting ${guest.name} for maintenance`);
  await startUnit(maintenanceUnit(guest.name));
  try {
    return await upgrade(guest, report, 'start');
  } finally {
    report.step(`Stopping ${guest.name}`);
    await stopUnit(maintenanceUnit(guest.name));
  }
}

async function upgrade(guest: Guest, report: Report, next: 'reboot' | 'start'): Promise<Done | undefined> {
  const { name, update } = guest;
  report.step(`Asking rpm-ostree in ${name} for an update`);
  const isNew = (await check(name)) === 'new';
  const before = await rpmOstreeStatus(name);
  const rejected = isNew ? rejectionOf(guest, before) : undefined;
  if (isNew && !rejected) {
    const offered = before['cached-update'] ?? {};
    const found = { to: offered.checksum, version: offered.version };
    if (update.action === 'check') return { outcome: 'available', ...found, message: 'There is an update' };
    await rememberFailedUnits(guest, throughHost(name, updateUnit(name)));
    if (update.action === 'fetch') {
      await rpmOstree(name, 'upgrade', '--download-only');
      return { outcome: 'fetched', ...found, message: 'Downloaded an update' };
    }
    report.step(`Running rpm-ostree upgrade in ${name}`);
    await rpmOstree(name, 'upgrade');
  }
  if (update.action === 'stage' || update.action === 'switch') await bringPackages(guest, report);
  const [to] = (await rpmOstreeStatus(name)).deployments;
  if (to && to.checksum !== before.deployments[0]?.checksum) {
    const message = `${describe(to)} is staged and takes effect at the next start: machinectl ${next} ${name}`;
    return { outcome: 'staged', to: to.checksum, version: to.version, message };
  }
  if (rejected) return rejected;
  report.step(`Up to date: ${to ? describe(to) : name}`);
  return undefined;
}

async function check(machine: string): Promise<'new' | 'nothing'> {
  const { exitCode } = await tryRpmOstree(machine, 'upgrade', '--check');
  if (exitCode === unchanged) return 'nothing';
  // Again, for its words.
  if (exitCode !== 0) await rpmOstree(machine, 'upgrade', '--check');
  return 'new';
}

/** A deployment of what is offered that failed here before. */
function rejectionOf(
  { name }: Guest,
  { deployments, 'cached-update': offered }: RpmOstreeStatus,
): Done | undefined {
  const same = deployments.filter((one) => (one['base-checksum'] ?? one.checksum) === offered?.checksum);
  const rejection = same
    .map(({ checksum }) => readRejection(name, checksum))
    .find((one) => one !== undefined);
  if (!rejection) return undefined;
  const remedy = `It is left alone until there is another; to try it again: guestctl forgive ${name}`;
  const message = `${offered?.version ?? offered?.checksum?.slice(0, 12)} failed before: ${rejection.reason}. ${remedy}`;
  return { outcome: 'rejected', to: offered?.checksum, message };
}

/** Brings the requested packages to the declaration, if there is one. */
async function bringPackages({ name, packages }: Guest, report: Report): Promise<void> {
  if (!packages) return;
  const [current] = (await rpmOstreeStatus(name)).deployments;
  const requested = current?.['requested-packages'] ?? [];
  const removed = current?.['requested-base-removals'] ?? [];
  const missing = packages.install.filter((one) => !requested.includes(one));
  const excess =
    packages.install.length > 0 ? requested.filter((one) => !packages.install.includes(one)) : [];
  const unwanted = packages.remove.filter((one) => !removed.includes(one) && !requested.includes(one));
  const act = async (...args: string[]) => {
    report.step(`Running rpm-ostree ${args.join(' ')} in ${name}`);
    await rpmOstree(name, ...args);
  };
  if (missing.length > 0) await act('install', '--idempotent', '--assumeyes', ...missing);
  if (excess.length > 0) await act('uninstall', ...excess);
  if (unwanted.length > 0) await act('override', 'remove', ...unwanted);
}

const describe = ({ checksum, version }: RpmOstreeDeployment): string =>
  `${version ? `${version} ` : ''}(${checksum.slice(0, 12)})`;
