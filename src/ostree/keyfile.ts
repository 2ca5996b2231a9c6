import { parse } from 'ini';

/** A GLib key file, as OSTree uses them for configuration and origins: groups of keys and values. */
export type Keyfile = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Reads a key file with ini(npm), which would take a dot in a group's name for nesting, quotes and comments in
 * a value for its own, and 'true' for a boolean.
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

/** A key that is there twice has its last value. */
const lastOf = (value: unknown): string => String(Array.isArray(value) ? value.at(-1) : value);

export const formatKeyfile = (keyfile: Keyfile): string =>
  Object.entries(keyfile)
    .map(([name, group]) =>
      [`[${name}]`, ...Object.entries(group).map(([key, value]) => `${key}=${value}`), ''].join('\n'),
    )
    .join('\n');

/** Puts a group into the text of a key file, in the place of one with that name; the rest stays as it is. */
export function replaceGroup(text: string, name: string, group: Keyfile[string]): string {
  const parts = text.split(/^(?=\[)/m).filter((part) => !part.startsWith(`[${name}]`));
  const before = parts.join('').trimEnd();
  return `${before}${before === '' ? '' : '\n\n'}${formatKeyfile({ [name]: group })}`;
}
