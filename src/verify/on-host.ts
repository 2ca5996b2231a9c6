import { existsSync } from 'node:fs';
import type { Guest } from '../config/guest.ts';
import type { Position, Problem } from '../config/problem.ts';
import { nspawnKeys } from '../config/schema.ts';
import { run } from '../process.ts';
import { findHostRemote } from '../sources/host-remotes.ts';

/** What only this host can tell of a guest: the generator, which runs first of all, must not ask. */
export async function verifyOnHost(guest: Guest): Promise<Problem[]> {
  const found = await Promise.all([calendars(guest), nspawnOptions(guest)]);
  return [...remote(guest), ...keyPath(guest), ...bindSources(guest), ...found.flat()];
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
    .map(({ value, at }) => ({ source: value.split(/(?<!\\):/)[0]?.replaceAll('\\:', ':') ?? '', at }))
    .filter(({ source }) => source.startsWith('/') && !existsSync(source))
    .map(({ source, at }) => ({
      at,
      message: `${source} does not exist on this host`,
      remedy: `Make it, or write -${source}`,
    }));
}

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
