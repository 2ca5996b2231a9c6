/**
 * Returns the users and groups of a tree as lines of sysusers.d(5). OSTree merges /etc/passwd as a whole: a machine that has
 * changed its own would never get the users that a newer tree adds. systemd-sysusers adds them.
 */
export function sysusersLines(passwd: string, group: string, known: ReadonlySet<string>): string[] {
  const groups = records(group).filter(([name = '', , gid]) => isSystem(gid) && !known.has(`g ${name}`));
  const users = records(passwd).filter(([name = '', , uid]) => isSystem(uid) && !known.has(`u ${name}`));
  const names = new Map(records(group).map(([name, , gid]) => [gid, name]));
  const members = records(group).flatMap(([name, , , list = '']) =>
    list
      .split(',')
      .filter((user) => user !== '' && !known.has(`m ${user} ${name}`))
      .map((user) => `m ${user} ${name}`),
  );
  return [
    ...groups.map(([name, , gid]) => `g ${name} ${gid}`),
    ...users.map(([name, , uid, gid, gecos = '', home = '', shell = '']) =>
      ['u', name, `${uid}:${names.get(gid) ?? gid}`, quoted(gecos), home || '-', shell || '-'].join(' '),
    ),
    ...members,
  ];
}

/** Returns what a file of sysusers.d declares: `u NAME`, `g NAME` or `m USER GROUP`. A user also declares a group of its name. */
export const sysusersNames = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const [, type, name, id] = /^\s*([ugm])!?\s+(\S+)\s+(\S+)/.exec(line) ?? [];
    if (type === 'm') return [`m ${name} ${id}`];
    const own = type === 'u' && !id?.includes(':') ? [`g ${name}`] : [];
    return type === undefined ? [] : [`${type} ${name}`, ...own];
  });

const records = (text: string): string[][] =>
  text.split('\n').flatMap((line) => (/^[a-z_]/i.test(line) ? [line.split(':')] : []));

/** True for system users. A tree has no accounts of people; systemd itself declares root and nobody. */
const isSystem = (id: string | undefined): boolean => Number(id) > 0 && Number(id) < 1000;

const quoted = (text: string): string =>
  text === '' ? '-' : `"${text.replace(/["\\]/g, '')}"`.replaceAll('%', '%%');
