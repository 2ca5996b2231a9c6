import { existsSync, lstatSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import { bindSource, isMount, mountPoint, varLinkOf } from '../config/mounts.ts';
import type { Position, Problem } from '../config/problem.ts';
import { nspawnKeys } from '../config/schema.ts';
import { listDeployments } from '../ostree/deployments.ts';
import { run } from '../process.ts';
import { findHostRemote } from '../sources/host-remotes.ts';

/** What only this host can tell of a guest: the generator, which runs first of all, must not ask. */
export async function verifyOnHost(guest: Guest): Promise<Problem[]> {
  const found = await Promise.all([calendars(guest), nspawnOptions(guest)]);
  return [...remote(guest), ...keyPath(guest), ...bindSources(guest), ...mountPoints(guest), ...found.flat()];
}

/** The settings of a key that count. */
const settings = ({ values }: Guest, section: string, key: string) => values.effective(section, key);

const top = ({ file }: Guest): Position => ({ file, line: 1, column: 1 });

function remote(guest: Guest): Problem[] {
  if (guest.remote || findHostRemote(guest.remoteName)) return [];
  const at = guest.values.at('Guest', 'Ref') ?? top(guest);
  const message = `The host has no remote '${guest.remoteName}'`;
  return [{ at, message, remedy: `Add [Remote] with URL=, or: ostree remote add ${guest.remoteName} URL` }];
}

function keyPath(guest: Guest): Problem[] {
  return settings(guest, 'Remote', 'GPGKeyPath')
    .slice(-1)
    .filter(({ value }) => !existsSync(value))
    .map(({ value, at }) => ({
      at,
      message: `${value} does not exist`,
      remedy: "Put the remote's public key there",
    }));
}

/** A source that begins with `-` may be absent; an empty one, or one with `+`, is not a path of the host. */
function bindSources(guest: Guest): Problem[] {
  return ['Bind', 'BindReadOnly']
    .flatMap((key) => settings(guest, 'Files', key))
    .map(({ value, at }) => ({ source: bindSource(value), at }))
    .filter(({ source }) => source.startsWith('/') && !existsSync(source))
    .map(({ source, at }) => ({
      at,
      message: `${source} does not exist on this host`,
      remedy: `Make it, or write -${source}`,
    }));
}

/**
 * nspawn makes missing mount points, but not where the deployment is immutable: in its root directory and in
 * /usr. Below what is a link into /var in trees made for OSTree, they are made in /var.
 */
function mountPoints(guest: Guest): Problem[] {
  const [deployment] = listDeployments(guest.sysroot);
  if (!deployment) return [];
  const mounts = guest.values.settings.filter(
    ({ section, key, value }) => section === 'Files' && isMount(key) && value !== '',
  );
  return mounts.flatMap(({ key, value, at }) => {
    const wrong = wrongMountPoint(deployment.path, mountPoint(key, value));
    return wrong ? [{ at, ...wrong }] : [];
  });
}

function wrongMountPoint(root: string, point: string): Pick<Problem, 'message' | 'remedy'> | undefined {
  const link = varLinkOf(point);
  if (link !== undefined) {
    const message = `${link} is not a link into /var in this guest's tree, so that the mount would not be at ${point}`;
    return isLink(root + link) ? undefined : { message, remedy: 'Name a place below /var' };
  }
  if (existsSync(root + point) || /^\/(etc|var|run|tmp|dev)\//.test(point)) return undefined;
  const message = `${point} is not in the guest's tree, where it cannot be made`;
  return { message, remedy: 'Name a place below /var, /etc, /mnt, /srv or /opt, or have it in the tree' };
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** systemd knows its own calendar expressions best: systemd.time(7). */
async function calendars(guest: Guest): Promise<Problem[]> {
  const checks = settings(guest, 'Update', 'OnCalendar').map(async ({ value, at }) => {
    const { exitCode } = await run('systemd-analyze', ['calendar', '--', value]);
    const remedy = 'See systemd.time(7), CALENDAR EVENTS; try it with: systemd-analyze calendar';
    return exitCode === 0 ? [] : [{ at, message: `'${value}' is not a calendar expression`, remedy }];
  });
  return (await Promise.all(checks)).flat();
}

/** What this host's nspawn is too old for. */
async function nspawnOptions(guest: Guest): Promise<Problem[]> {
  const used = nspawnKeys.flatMap((key) => {
    const option = key.nspawn?.option.replace(/=.*/, '');
    const [setting] = settings(guest, key.section, key.name).slice(-1);
    return option && setting ? [{ option, setting }] : [];
  });
  if (used.length === 0) return [];
  const { stdout } = await run('systemd-nspawn', ['--help']);
  return used
    .filter(({ option }) => !new RegExp(`${option}\\b`).test(stdout))
    .map(({ option, setting }) => ({
      at: setting.at,
      message: `systemd-nspawn on this host has no ${option}`,
    }));
}
