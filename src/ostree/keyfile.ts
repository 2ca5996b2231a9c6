import { parse } from 'ini';

/** A GLib key file, as OSTree uses them for configuration and origins: groups of keys and values. */
export type Keyfile = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Reads a key file with the package ini. Escapes what ini interprets: dots in group names, quotes and comments in
 * values, and 'true' as a boolean.
 */
export function parseKeyfile(text: string): Keyfile {
  const escaped = text
    .replace(/^\[.*\]$/gm, (header) => header.replaceAll('.', '\\.'))
    .replace(
      /^([^#;[][^=\n]*=)(.*)$/gm,
      (_, key: string, value: string) => key + JSON.stringify(value.trim()),
    );
  const groups: Record<string, Record<string, string>> = {};
  for (const [name, group] of Object.entries(parse(escaped, { bracketedArray: false }))) {
    if (typeof group !== 'object') continue;
    groups[name] = Object.fromEntries(Object.entries(group).map(([key, value]) => [key, lastOf(value)]));
  }
  return groups;
}

/** Returns the last value of a repeated key. */
const lastOf = (value: unknown): string => String(Array.isArray(value) ? value.at(-1) : value);

export const formatKeyfile = (keyfile: Keyfile): string =>
  Object.entries(keyfile)
    .map(([name, group]) =>
      [`[${name}]`, ...Object.entries(group).map(([key, value]) => `${key}=${value}`), ''].join('\n'),
    )
    .join('\n');

/** Replaces or adds a group in the text of a key file; keeps everything else. */
export function replaceGroup(text: string, name: string, group: Keyfile[string]): string {
  const parts = text.split(/^(?=\[)/m).filter((part) => !part.startsWith(`[${name}]`));
  const before = parts.join('').trimEnd();
  return `${before}${before === '' ? '' : '\n\n'}${formatKeyfile({ [name]: group })}`;
}
