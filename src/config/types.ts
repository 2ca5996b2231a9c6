/** What a value must look like. */
export interface ValueType {
  /** As the manual calls it. */
  readonly noun: string;
  /** Nothing where the value is right; else what is expected, or why it cannot be. */
  check(value: string): string | undefined;
  /** Consists of words, whose quoting must be right. */
  readonly isWords?: true;
}

// So that a bundle has only the types that it needs.
/* @__NO_SIDE_EFFECTS__ */
export function pattern(noun: string, regexp: RegExp | string): ValueType {
  let compiled: RegExp | undefined;
  // Guests are often alike.
  let right: string | undefined;
  return {
    noun,
    check(value) {
      if (value === right) return undefined;
      compiled ??= new RegExp(regexp);
      if (!compiled.test(value)) return `Expected ${noun}`;
      right = value;
      return undefined;
    },
  };
}

export const text: ValueType = { noun: 'text', check: () => undefined };

/** Words, of which the first is a program. */
export const command: ValueType = { noun: 'a command line', check: () => undefined, isWords: true };

export const oneOf = (...words: readonly string[]): ValueType => ({
  noun: words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : `${words[0]}`,
  check: (value) => (words.includes(value) ? undefined : `Expected ${words.join(' or ')}`),
});

/** A key of somebody else's vocabulary of which a guest can have only some values, and why. */
export const only = (words: readonly string[], why: string): ValueType => ({
  noun: words.length > 0 ? `${words.join(' or ')} only` : 'not for guests',
  check: (value) => (words.includes(value) ? undefined : why),
});

/** What systemd reads as a boolean: systemd.syntax(7). */
const truth = ['1', 'yes', 'y', 'true', 't', 'on'];
const untruth = ['0', 'no', 'n', 'false', 'f', 'off'];
export const isTrue = (value: string): boolean => truth.includes(value.toLowerCase());

export const boolean: ValueType = {
  noun: 'a boolean',
  check: (value) =>
    [...truth, ...untruth].includes(value.toLowerCase()) ? undefined : 'Expected a boolean: yes or no',
};
export const yesOnly = (why: string): ValueType => only(truth, why);
export const noOnly = (why: string): ValueType => only(untruth, why);

/** Absolute, normal, and of characters that need no quoting in a unit or an nspawn argument. */
export const path = pattern(
  "an absolute path of letters, digits and '._+@/-', without '..'",
  /^(?!.*\/\.\.?(\/|$))(\/[\w.+@-]+)+$/,
);

/** The units of systemd.time(7), "Parsing Time Spans"; a bare number is seconds. */
const timeUnit =
  'usec|us|µs|μs|msec|ms|seconds|second|sec|s|minutes|minute|min|months|month|M|m|hours|hour|hr|h|days|day|d|weeks|week|w|years|year|y';
const timeValue = `\\d+(\\.\\d+)?(\\s*(${timeUnit})(?![A-Za-zµμ])|(?=\\s|$))\\s*`;
const spanNoun = 'a time span such as 90s, 15min or 1h 30min (systemd.time(7))';
export const timeSpan = pattern(spanNoun, `^(infinity|(${timeValue})+)$`);

/** A time span with an end, in which something is waited for. */
export const duration: ValueType = {
  noun: spanNoun,
  check: (value) => (value === 'infinity' ? 'Something must have an end here' : timeSpan.check(value)),
};

/** Powers of 1024, as systemd.resource-control(5) and systemd.syntax(7) read them. */
export const size = pattern(
  'a size in bytes such as 512M or 2G, a percentage, or infinity',
  /^(\d+(\.\d+)?[KMGTPE]?B?|\d+(\.\d+)?%|infinity)$/,
);

export const integer = pattern('a whole number', /^[+-]?\d+$/);
export const wholeFrom = (least: number): ValueType => ({
  noun: `a whole number from ${least}`,
  check: (value) =>
    /^\d{1,6}$/.test(value) && Number(value) >= least ? undefined : `Expected a whole number from ${least}`,
});
export const count = pattern('a number, a percentage, or infinity', /^(\d+%?|infinity)$/);
export const percentage = pattern('a percentage such as 150%', /^\d+(\.\d+)?%$/);

/** `REMOTE:REF`, by the rules of libostree's ostree_parse_refspec() and ostree_validate_remote_name(). */
const component = '(?!\\.+(?:/|$))[\\w.-]+';
export const refspec = pattern(
  'REMOTE:REF, such as site:debian/12/server',
  `^[\\w-][\\w.-]*:${component}(?:/${component})*$`,
);

export const url = pattern(
  'a URL that starts with file:///, http:// or https:// (or mirrorlist= or metalink= before one)',
  /^((mirrorlist|metalink)=)?(file:\/\/\/|https?:\/\/[^/\s])\S*$/,
);

/** By the rules of skopeo(1); without a tag it is `latest`. */
const imageName = '[\\w.-]+(?::\\d+)?(?:/[\\w.-]+)*(?::[\\w.-]+)?(?:@sha256:[0-9a-f]{64})?';
export const image = pattern(
  'an image: docker://REGISTRY/NAME:TAG, oci:/PATH:TAG or containers-storage:NAME:TAG',
  `^(docker://[\\w.-]+(?::\\d+)?/${imageName}|oci:(?:/[\\w.+@-]+)+(?::[\\w.-]+)?|containers-storage:${imageName})$`,
);

export const buildName = pattern('the name of a build, of a-z, 0-9 and -', /^[a-z0-9][a-z0-9-]{0,62}$/);
