import { nearest } from './nearest.ts';
import type { Position, Problem } from './problem.ts';
import { guestName, isTrue, type Key, schema } from './schema.ts';
import { type Assignment, parseSyntax } from './syntax.ts';

/** Where everything of all guests lives that is not configuration. */
export const stateDirectory = '/var/lib/ostree-guests';

/** An OSTree remote that the guest file itself declares. */
export interface Remote {
  readonly url: string;
  readonly gpgVerify: boolean;
  /** A file of trusted keys, or a directory of such files (ostree.repo-config(5), `gpgkeypath`). */
  readonly gpgKeyPath?: string;
}

/** What one guest file declares, checked and with its defaults filled in. */
export interface Guest {
  readonly name: string;
  /** The guest file. */
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
  /** Where a value was set, for messages; the file alone where it is a default. */
  place(section: string, key: string): string;
}

export type Checked = { readonly guest: Guest } | { readonly problems: readonly Problem[] };

/** Reads one guest file. All its problems are answered, not only the first. */
export function readGuest(name: string, file: string, text: string): Checked {
  const top: Position = { file, line: 1, column: 1 };
  const { assignments, problems: malformed } = parseSyntax(file, text);
  const problems = [...malformed, ...assignments.flatMap(checkAssignment)];
  if (!guestName.test(name)) {
    const remedy = 'Name the file after the guest: 1 to 63 of a-z, 0-9 and -, then .guest';
    problems.unshift({ at: top, message: `'${name}' is not a guest name`, remedy });
  }
  const values = new Values(assignments);
  problems.push(...checkTogether(values, top));
  problems.sort((a, b) => a.at.line - b.at.line);
  return problems.length > 0 ? { problems } : { guest: makeGuest(name, file, values) };
}

function checkAssignment({ section, key, value, keyAt, valueAt }: Assignment): Problem[] {
  const ofSection = schema.filter((known) => known.section === section);
  if (ofSection.length === 0) {
    const remedy = suggest(
      section,
      [...new Set(schema.map((known) => known.section))],
      (word) => `[${word}]`,
    );
    return [{ at: keyAt, message: `There is no section [${section}]`, remedy }];
  }
  const known = ofSection.find((candidate) => candidate.name === key);
  if (!known) {
    const names = ofSection.map((candidate) => candidate.name);
    return [
      { at: keyAt, message: `[${section}] has no key '${key}'`, remedy: suggest(key, names, (word) => word) },
    ];
  }
  return value === '' || known.type.matches(value) ? [] : [wrongValue(known, value, valueAt)];
}

function wrongValue(key: Key, value: string, at: Position): Problem {
  return { at, message: `'${value}' is not right for ${key.name}=`, remedy: `Expected ${key.type.expected}` };
}

function suggest(wrong: string, words: readonly string[], show: (word: string) => string): string {
  const near = nearest(wrong, words);
  return near ? `Did you mean ${show(near)}?` : `Known: ${words.map(show).join(', ')}`;
}

/** Rules that take more than one value. */
function checkTogether(values: Values, top: Position): Problem[] {
  const problems: Problem[] = [];
  if (!values.last('Guest', 'Ref')) {
    const at = values.at('Guest', 'Ref') ?? top;
    problems.push({
      at,
      message: 'Ref= is missing in [Guest]',
      remedy: 'Say where the tree comes from: Ref=REMOTE:REF',
    });
  }
  const keyPath = values.at('Remote', 'GPGKeyPath');
  const verify = values.last('Remote', 'GPGVerify');
  const url = values.last('Remote', 'URL');
  if (!url && values.has('Remote')) {
    const at = keyPath ?? values.at('Remote', 'GPGVerify') ?? values.at('Remote', 'URL') ?? top;
    problems.push({
      at,
      message: 'URL= is missing in [Remote]',
      remedy: "Add it, or leave [Remote] out to use the host's remote",
    });
  }
  const verifyAt = values.at('Remote', 'GPGVerify');
  if (verifyAt && verify && isTrue(verify) && !values.last('Remote', 'GPGKeyPath')) {
    const remedy = 'Add GPGKeyPath=, the file or directory with the keys to trust';
    problems.push({ at: verifyAt, message: 'GPGVerify= is on, but there is no key to verify with', remedy });
  }
  return problems;
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
    place: (section, key) => {
      const at = values.at(section, key);
      return at ? `${at.file}:${at.line}` : file;
    },
  };
}

/** The assignments of a file by section and key, with systemd's rules for repetition. */
class Values {
  readonly #assignments: readonly Assignment[];

  constructor(assignments: readonly Assignment[]) {
    this.#assignments = assignments;
  }

  has(section: string): boolean {
    return this.#assignments.some((assignment) => assignment.section === section);
  }

  /** The values since the last empty assignment, which resets a list. */
  all(section: string, key: string): string[] {
    const values = this.#of(section, key).map(({ value }) => value);
    return values.slice(values.lastIndexOf('') + 1);
  }

  last(section: string, key: string): string | undefined {
    return this.all(section, key).at(-1);
  }

  at(section: string, key: string): Position | undefined {
    return this.#of(section, key).at(-1)?.valueAt;
  }

  #of(section: string, key: string): Assignment[] {
    return this.#assignments.filter((assignment) => assignment.section === section && assignment.key === key);
  }
}
