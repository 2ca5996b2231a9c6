import { parse, stringify } from 'ini';

/** A GLib key file, as OSTree uses them for configuration and origins: groups of keys and values. */
export type Keyfile = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Reads a key file with ini(npm), which would take a dot in a group's name for nesting, ';' and '#' in a
 * value for a comment, and 'true' for a boolean.
 */
export function parseKeyfile(text: string): Keyfile {
  const escaped = text
    .replace(/^\[.*\]$/gm, (header) => header.replaceAll('.', '\\.'))
    .replace(
      /^([^#;[][^=\n]*=)(.*)$/gm,
      (_, key: string, value: string) => key + value.replace(/[;#]/g, '\\$&'),
    );
  const groups: Record<string, Record<string, string>> = {};
  for (const [name, group] of Object.entries(parse(escaped, { bracketedArray: false }))) {
    if (typeof group !== 'object') continue;
    groups[name] = Object.fromEntries(Object.entries(group).map(([key, value]) => [key, String(value)]));
  }
  return groups;
}

export function formatKeyfile(keyfile: Keyfile): string {
  return stringify(keyfile);
}
