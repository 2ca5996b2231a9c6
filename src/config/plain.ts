import type { Values } from './values.ts';

/** Keys that more is made of than a line in a unit, or that do not go with every other. */
const special = new Set([
  ...['Image', 'Build', 'Sysroot', 'GPGVerify', 'SignVerify', 'By', 'SwitchOnCalendar', 'OnFailure'],
  ...['LoadCredential', 'LoadCredentialEncrypted', 'SetCredential', 'SetCredentialEncrypted'],
]);

/** Whether it has none of these, and no container that differs. Then so much less can be made of it, or be wrong with it. */
export const isPlain = (values: Values): boolean =>
  !values.has('Exec') &&
  !values.has('Files') &&
  !values.has('Network') &&
  values.settings.every(({ key }) => !special.has(key));
