import type { KeyRow, Tables } from './key-table.ts';
import { execKeys } from './keys/exec.ts';
import { filesKeys } from './keys/files.ts';
import { guestKeys, remoteKeys, updateKeys } from './keys/guest.ts';
import { networkKeys } from './keys/network.ts';
import { packagesKeys } from './keys/packages.ts';
import { serviceKeys, timerKeys, unitKeys } from './keys/unit.ts';

/** Makes the rows of a section when they are asked for: most files have only some sections. */
function once(make: () => KeyRow[]): () => readonly KeyRow[] {
  let rows: readonly KeyRow[] | undefined;
  return () => {
    rows ??= make();
    return rows;
  };
}

/** systemd.nspawn(5) of systemd 262. `guestctl verify` reports keys that are too new for the host. */
export const nspawnTables: Tables = {
  Exec: once(execKeys),
  Files: once(filesKeys),
  Network: once(networkKeys),
};

/**
 * Keys that are copied into units, with systemd's specifiers. [Unit] and [Service] go into the nspawn unit of a guest,
 * [Timer] into its update timer.
 */
export const unitTables: Tables = {
  Unit: once(unitKeys),
  Service: once(serviceKeys),
  Timer: once(timerKeys),
};

/** Every key that a guest file may have. */
export const guestTables: Tables = {
  Guest: once(guestKeys),
  Remote: once(remoteKeys),
  Update: once(updateKeys),
  Packages: once(packagesKeys),
  ...nspawnTables,
  ...unitTables,
};
