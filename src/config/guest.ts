import { checkAssignment } from './check.ts';
import { type Machine, machineOf } from './machine.ts';
import type { Position, Problem } from './problem.ts';
import { guestName, isUnitSection, type UnitSection } from './schema.ts';
import { parseSyntax } from './syntax.ts';
import { checkTogether } from './together.ts';
import { isTrue } from './types.ts';
import { type Setting, Values } from './values.ts';

/** Where everything of all guests lives that is not configuration. */
export const stateDirectory = '/var/lib/ostree-guests';

/** An OSTree remote that the guest file itself declares. */
export interface Remote {
  readonly url: string;
  readonly gpgVerify: boolean;
  /** A file of trusted keys, or a directory of such files (ostree.repo-config(5), `gpgkeypath`). */
  readonly gpgKeyPath?: string;
}

/** One file that a guest is made of: our own, or an admin's systemd.nspawn(5). */
export interface Source {
  readonly kind: 'guest' | 'nspawn';
  readonly file: string;
  readonly text: string;
}

/** What one guest's files declare, checked and with the defaults filled in. */
export interface Guest {
  readonly name: string;
  /** The guest file; its drop-ins are not named here. */
  readonly file: string;
  readonly description: string;
  /** The remote's name, as in `remote:ref`. */
  readonly remoteName: string;
  readonly ref: string;
  /** Absent where the host's remote of that name is to be used. */
  readonly remote?: Remote;
  readonly sysroot: string;
  readonly update: {
    /** `stage`: takes effect at the guest's next start; `switch`: a running guest is restarted into it. */
    readonly action: 'stage' | 'switch';
    /** Calendar expressions, systemd.time(7); none means the timer template's own. */
    readonly onCalendar: readonly string[];
    /** A time span, systemd.time(7). */
    readonly randomizedDelaySec?: string;
  };
  readonly machine: Machine;
  /** All settings, in the order in which they were read. */
  readonly values: Values;
}

/** A guest that cannot be made, and why: all its problems, in the order of its files and lines. */
export interface Broken {
  readonly name: string;
  readonly file: string;
  readonly problems: readonly Problem[];
}

export type Checked = { readonly guest: Guest } | { readonly broken: Broken };

/** Reads a guest: `file` is its guest file, `sources` are all its files in the order in which they apply. */
export function readGuest(name: string, file: string, sources: readonly Source[], hostname: string): Checked {
  const problems: Problem[] = [];
  const settings: Setting[] = [];
  const top: Position = { file, line: 1, column: 1 };
  if (!guestName.test(name)) {
    const remedy = 'Name the file after the guest: 1 to 63 of a-z, 0-9 and -, then .guest';
    problems.push({ at: top, message: `'${name}' is not a guest name`, remedy });
  }
  for (const source of sources) {
    const { assignments, problems: found } = parseSyntax(source.file, source.text);
    const wrong = [...found];
    for (const assignment of assignments) {
      const { setting, problem } = checkAssignment(assignment, source.kind, { guest: name, hostname });
      if (setting) settings.push(setting);
      if (problem) wrong.push(problem);
    }
    problems.push(...wrong.sort((a, b) => a.at.line - b.at.line));
  }
  const values = new Values(settings);
  problems.push(...checkTogether(values, top));
  return problems.length > 0
    ? { broken: { name, file, problems } }
    : { guest: makeGuest(name, file, values) };
}

function makeGuest(name: string, file: string, values: Values): Guest {
  const [remoteName = '', ref = ''] = (values.last('Guest', 'Ref') ?? '').split(':');
  const url = values.last('Remote', 'URL');
  const gpgKeyPath = values.last('Remote', 'GPGKeyPath');
  const verify = values.last('Remote', 'GPGVerify');
  const gpgVerify = verify ? isTrue(verify) : gpgKeyPath !== undefined;
  const randomizedDelaySec = values.last('Update', 'RandomizedDelaySec');
  return {
    name,
    file,
    description: values.last('Guest', 'Description') ?? `OSTree guest ${name}`,
    remoteName,
    ref,
    ...(url && { remote: { url, gpgVerify, ...(gpgKeyPath && { gpgKeyPath }) } }),
    sysroot: values.last('Guest', 'Sysroot') ?? `${stateDirectory}/${name}/sysroot`,
    update: {
      action: values.last('Update', 'Action') === 'switch' ? 'switch' : 'stage',
      onCalendar: values.all('Update', 'OnCalendar'),
      ...(randomizedDelaySec && { randomizedDelaySec }),
    },
    machine: machineOf(values),
    values,
  };
}

/** What goes into a section of a unit as it is, empty assignments included: they reset systemd's lists, too. */
export const unitSettings = ({ values }: Guest, section: UnitSection): [key: string, value: string][] =>
  values.settings
    .filter((setting) => isUnitSection(setting.section) && setting.section === section)
    .map(({ key, value }) => [key, value]);

/** Where a value was set, as FILE:LINE, for messages; the file alone where it is a default. */
export function placeOf({ values, file }: Guest, section: string, key: string): string {
  const at = values.at(section, key);
  return at ? `${at.file}:${at.line}` : file;
}
