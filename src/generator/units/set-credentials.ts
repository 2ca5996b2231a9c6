// lazy: QuickJS reads this file when one of its functions is called.
// SetCredential= of a guest. In a unit everybody on the host could read the value, from its file and from systemd:
// systemd.exec(5). So it is kept out of units, and nspawn reads it from a file: src/steps/boot/write-credentials.ts.

import type { Guest } from '../../config/guest.ts';
import { runtimeOf } from '../../config/paths.ts';
import type { Setting } from '../../config/values.ts';
import { idOf } from './public-lines.ts';

/** Their directory while the guest runs. */
export const credentialsOf = (guest: string): string => `${runtimeOf(guest)}/credentials`;

/** Returns the credentials by ID. A credential loaded from a file overrides one with the same ID. */
export function setCredentials({ values }: Pick<Guest, 'values'>): ReadonlyMap<string, Setting> {
  if (!values.has('Service')) return none;
  const ofKey = (key: string) =>
    values.effective('Service', key).map((one) => [idOf(one.value), one] as const);
  const set = new Map(ofKey('SetCredential').filter(([id]) => !id.includes('%')));
  for (const key of ['LoadCredential', 'LoadCredentialEncrypted', 'SetCredentialEncrypted'])
    for (const [id] of ofKey(key)) set.delete(id);
  return set;
}

const none: ReadonlyMap<string, Setting> = new Map();

/** Lines that write the credentials before nspawn starts. */
export const credentialLines = (guest: Guest): string[] =>
  setCredentials(guest).size > 0 ? ['ExecStartPre=@NODE@ @LIBDIR@/credentials.cjs %i'] : [];
