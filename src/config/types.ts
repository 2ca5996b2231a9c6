import { bytes, microseconds, permyriad, wholeNumber } from './quantity.ts';
import { splitPlain, splitQuoted, splitWords, type Words } from './split-words.ts';

/** The type of a value. */
export interface ValueType {
  /** The name of the type in the manual. */
  readonly noun: string;
  /** Returns undefined if the value is right; else what is expected, or why it cannot be. */
  check(value: string): string | undefined;
  /** Splits a value that consists of words. */
  split?(value: string): Words;
  /** Like check(), for each word. */
  checkWord?(word: string): string | undefined;
}

// Lets bundles drop unused types.
/* @__NO_SIDE_EFFECTS__ */
export function pattern(noun: string, regexp: RegExp | string): ValueType {
  let compiled: RegExp | undefined;
  // Cache: guests are often alike.
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

/** A command line: the first word is a program. */
export const command: ValueType = {
  noun: 'a command line',
  check: () => undefined,
  split: (value) => splitWords(value),
};

/** Words as nspawn reads them: quotes are removed, backslashes stay. Wrapped in functions so that QuickJS loads split-words.ts lazily. */
export const quotedWords = (noun: string, checkWord?: ValueType['checkWord']): ValueType => ({
  noun,
  check: () => undefined,
  split: (value) => splitQuoted(value),
  ...(checkWord && { checkWord }),
});

/** Words of this type, separated by blanks. */
export const plainWords = (noun: string, word: ValueType): ValueType => ({
  noun,
  check: () => undefined,
  split: (value) => splitPlain(value),
  checkWord: (one) => word.check(one),
});

export const oneOf = (...words: readonly string[]): ValueType => ({
  noun: words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : `${words[0]}`,
  check: (value) => (words.includes(value) ? undefined : `Expected ${words.join(' or ')}`),
});

/** A type that allows only some values of a systemd key, with the reason. */
export const only = (words: readonly string[], why: string): ValueType => ({
  noun: words.length > 0 ? `${words.join(' or ')} only` : 'not for guests',
  check: (value) => (words.includes(value) || words.includes(falseOrTrue(value)) ? undefined : why),
});

/** Booleans of systemd, case-insensitive: systemd.syntax(7). */
const truth = ['1', 'yes', 'y', 'true', 't', 'on'];
const untruth = ['0', 'no', 'n', 'false', 'f', 'off'];
export const isTrue = (value: string): boolean => truth.includes(value.toLowerCase());
export const isFalse = (value: string): boolean => untruth.includes(value.toLowerCase());
const isBoolean = (value: string): boolean => isTrue(value) || isFalse(value);

/** Normalizes a boolean to yes or no; other values stay. */
const falseOrTrue = (value: string): string => (isTrue(value) ? 'yes' : isFalse(value) ? 'no' : value);

export const boolean: ValueType = {
  noun: 'a boolean',
  check: (value) => (isBoolean(value) ? undefined : 'Expected a boolean: yes or no'),
};
export const yesOnly = (why: string): ValueType => only(['yes'], why);
export const noOnly = (why: string): ValueType => only(['no'], why);

/** One of these words, or a boolean. */
export const booleanOr = (...words: readonly string[]): ValueType => {
  const { noun, check } = oneOf(...words);
  return { noun, check: (value) => (isBoolean(value) ? undefined : check(value)) };
};

/** An absolute, normalized path without characters that need quotes in a unit or an nspawn argument. */
export const path = pattern(
  "an absolute path of letters, digits and '._+@/-', without '..'",
  /^(?!.*\/\.\.?(\/|$))(\/[\w.+@-]+)+$/,
);

/** `usual` matches nearly all values. `isRight` checks the others, so that QuickJS loads quantity.ts lazily. */
/* @__NO_SIDE_EFFECTS__ */
function quantity(noun: string, usual: RegExp, isRight: (value: string) => boolean): ValueType {
  // Cache: guests are often alike.
  let right: string | undefined;
  return {
    noun,
    check(value) {
      if (value === right || usual.test(value)) return undefined;
      if (!isRight(value)) return `Expected ${noun}`;
      right = value;
      return undefined;
    },
  };
}

/** systemd.time(7), "Parsing Time Spans"; a bare number is seconds. */
export const timeSpan = quantity(
  'a time span such as 90s, 15min or 1h 30min (systemd.time(7))',
  /^\d{1,6}(s|min|h|d)?$/,
  (value) => microseconds(value) !== undefined,
);

/** A finite time span, for timeouts. */
export const duration: ValueType = {
  noun: timeSpan.noun,
  check: (value) => (/^infinity/.test(value) ? 'Something must have an end here' : timeSpan.check(value)),
};

/** Powers of 1024, as systemd.resource-control(5) and systemd.syntax(7) read them. With `least` 1, none is no limit. */
/* @__NO_SIDE_EFFECTS__ */
const memory = (least: bigint): ValueType =>
  quantity(
    'a size in bytes such as 512M or 2G, a percentage, or infinity',
    /^([1-9]\d{0,5}[KMGT]?|infinity)$/,
    (value) => {
      const share = permyriad(value);
      const size = share === undefined ? bytes(value) : BigInt(share);
      return size !== undefined && size >= least && size < (1n << 64n) - 1n && (share ?? 0) <= 10_000;
    },
  );
export const size = memory(0n);
export const sizeOfSome = memory(1n);

/** A whole number in a range, in any notation of C. */
export const between = (least: number, greatest: number, what = 'a whole number'): ValueType =>
  quantity(`${what} from ${least} to ${greatest}`, /^$/, (value) => {
    const number = wholeNumber(value);
    return number !== undefined && number >= least && number <= greatest;
  });
export const wholeFrom = (least: number): ValueType => ({
  noun: `a whole number from ${least}`,
  check: (value) =>
    /^\d{1,6}$/.test(value) && Number(value) >= least ? undefined : `Expected a whole number from ${least}`,
});
const isCount = (number: number): boolean => number > 0 && number < 2 ** 64;
export const count = quantity(
  'a number, a percentage, or infinity',
  /^([1-9]\d{0,8}|infinity)$/,
  (value) => (permyriad(value) ?? 10_001) <= 10_000 || isCount(wholeNumber(value) ?? 0),
);
/** A percentage, also above 100%: several CPUs. */
export const percentage = quantity(
  'a percentage such as 150%',
  /^[1-9]\d{0,5}%$/,
  (value) => (permyriad(value) ?? 0) > 0,
);
export const shareOfAll = quantity(
  'a percentage such as 50%',
  /^\d{1,2}%$/,
  (value) => (permyriad(value) ?? 10_001) <= 10_000,
);

/** `REMOTE:REF`, by the rules of libostree's ostree_parse_refspec() and ostree_validate_remote_name(). */
const component = '(?!\\.+(?:/|$))[\\w.-]+';
export const refspec = pattern(
  'REMOTE:REF, such as site:debian/12/server',
  `^[\\w-][\\w.-]*:${component}(?:/${component})*$`,
);
/** By the rules of libostree's ostree_validate_rev(). */
export const ref = pattern('a ref, such as site/debian', `^${component}(?:/${component})*$`);

/** A ref in which * and ? may stand for text without a slash. */
const globComponent = '(?!\\.+(?:/|$))[\\w.*?-]+';
export const refGlob = pattern(
  'a ref such as debian/12, or a pattern such as debian/*/server',
  `^(?!-)${globComponent}(?:/${globComponent})*$`,
);

export const url = pattern(
  'a URL that starts with file:///, http:// or https:// (or mirrorlist= or metalink= before one)',
  /^((mirrorlist|metalink)=)?(file:\/\/\/|https?:\/\/[^/\s])\S*$/,
);

/** libostree reads no metalink for it. */
export const contentUrl = pattern(
  'a URL that starts with file:///, http:// or https:// (or mirrorlist= before one)',
  /^(mirrorlist=)?(file:\/\/\/|https?:\/\/[^/\s])\S*$/,
);

export const proxy = pattern(
  'the URL of a proxy that starts with http://, https:// or socks5://',
  /^(https?|socks5h?):\/\/[^/\s]\S*$/,
);

/** Without a password, which would end up in messages. */
export const webUrl = pattern(
  'a URL that starts with http:// or https://, without a user and a query',
  /^https?:\/\/[^/\s@?#]+(\/[^\s?#]*)?$/,
);
/** By the protocol of FleetLock. */
export const lockGroup = pattern('a name of letters, digits, - and .', /^[a-zA-Z0-9.-]+$/);

/** By the rules of skopeo(1); without a tag it is `latest`. */
const imageName = '[\\w.-]+(?::\\d+)?(?:/[\\w.-]+)*(?::[\\w.-]+)?(?:@sha256:[0-9a-f]{64})?';
export const image = pattern(
  'an image: docker://REGISTRY/NAME:TAG, oci:/PATH:TAG or containers-storage:NAME:TAG',
  `^(docker://[\\w.-]+(?::\\d+)?/${imageName}|oci:(?:/[\\w.+@-]+)+(?::[\\w.-]+)?|containers-storage:${imageName})$`,
);

export const buildName = pattern('the name of a build, of a-z, 0-9 and -', /^[a-z0-9][a-z0-9-]{0,62}$/);
