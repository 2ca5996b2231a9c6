/** What a value must look like. `check` answers what is expected, or nothing when the value is right. */
export interface ValueType {
  readonly expected: string;
  matches(value: string): boolean;
}

export interface Key {
  readonly section: string;
  readonly name: string;
  readonly type: ValueType;
  /** May be given more than once; an empty assignment forgets what came before. */
  readonly repeatable?: true;
}

const text: ValueType = { expected: 'some text', matches: (value) => value !== '' };

const pattern = (expected: string, regexp: RegExp): ValueType => ({
  expected,
  matches: (value) => regexp.test(value),
});

const oneOf = (...words: readonly string[]): ValueType => ({
  expected: words.join(' or '),
  matches: (value) => words.includes(value),
});

/** Absolute, normal, and of characters that need no quoting in a unit or an nspawn argument. */
const path = pattern(
  "an absolute path of letters, digits and '._+@/-', without '..'",
  /^(?!.*\/\.\.?(\/|$))(\/[\w.+@-]+)+$/,
);

/** Values systemd reads as a boolean: systemd.syntax(7). */
const truth = ['1', 'yes', 'true', 'on'];
const boolean = oneOf(...truth, '0', 'no', 'false', 'off');

export const isTrue = (value: string): boolean => truth.includes(value);

/** The units of systemd.time(7); a bare number is seconds. */
const timeUnit =
  'usec|us|µs|msec|ms|seconds|second|sec|s|minutes|minute|min|months|month|m|M|hours|hour|hr|h|days|day|d|weeks|week|w|years|year|y';
const timeSpan = pattern(
  'a time span such as 90s, 15min or 1h 30min (systemd.time(7))',
  new RegExp(`^\\s*(\\d+(\\.\\d+)?\\s*(${timeUnit})?\\s*)+$`),
);

/** `REMOTE:REF`, by the rules of libostree's ostree_parse_refspec() and ostree_validate_remote_name(). */
const refspec = pattern(
  'REMOTE:REF, such as site:debian/12/server',
  /^[\w-][\w.-]*:[\w.-]*[\w-][\w.-]*(\/[\w.-]*[\w-][\w.-]*)*$/,
);

const url = pattern(
  'a URL that starts with file:///, http:// or https:// (or mirrorlist= or metalink= before one)',
  /^((mirrorlist|metalink)=)?(file:\/\/\/|https?:\/\/[^/\s])\S*$/,
);

/** Every key that a guest file may have. */
export const schema: readonly Key[] = [
  { section: 'Guest', name: 'Description', type: text },
  { section: 'Guest', name: 'Ref', type: refspec },
  { section: 'Guest', name: 'Sysroot', type: path },
  { section: 'Remote', name: 'URL', type: url },
  { section: 'Remote', name: 'GPGVerify', type: boolean },
  { section: 'Remote', name: 'GPGKeyPath', type: path },
  { section: 'Update', name: 'Action', type: oneOf('stage', 'switch') },
  { section: 'Update', name: 'OnCalendar', type: text, repeatable: true },
  { section: 'Update', name: 'RandomizedDelaySec', type: timeSpan },
];

/** Hostname, machine, stateroot and unit instance must all accept it. */
export const guestName = /^[a-z0-9][a-z0-9-]{0,62}$/;
