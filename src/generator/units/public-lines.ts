/** A credential is ID:VALUE, or ID alone. */
export const idOf = (value: string): string => value.replace(/:.*/s, '');

/** Whether a line of [Service] may be seen by everybody. An id with a specifier can be known by systemd alone. */
export const isPublic = (key: string, value: string): boolean =>
  key !== 'SetCredential' || idOf(value).includes('%');
