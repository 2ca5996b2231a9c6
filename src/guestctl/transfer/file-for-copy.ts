/**
 * Returns the text of a guest file for a copy of its guest: settings that name the guest, and would be the same machine or the same
 * directory, get the new name. Everything else stays as a person wrote it.
 */
export const fileForCopy = (text: string, from: string, to: string): string =>
  text.replace(own, (line, key: string, value: string) => {
    if (key.trimStart().startsWith('Hostname')) return value === from ? `${key}${to}` : line;
    const names = value.split('/');
    return names.includes(from)
      ? `${key}${names.map((name) => (name === from ? to : name)).join('/')}`
      : line;
  });

/** The settings whose values are a guest's own. */
const own = /^([ \t]*(?:Hostname|Sysroot)[ \t]*=[ \t]*)(\S+)(?=[ \t]*$)/gm;
