/** A credential is ID:VALUE, or ID alone. */
export const idOf = (value: string): string => value.replace(/:.*/s, '');

/** True if everybody may see a line of [Service]. Only systemd can expand an ID with a specifier. */
export const isPublic = (key: string, value: string): boolean =>
  key !== 'SetCredential' || idOf(value).includes('%');
