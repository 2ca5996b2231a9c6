// Guests, builds and mirrors, as commands name them that take any of the three: NAME, or NAME.build if others share the name.
import type { CheckedBuild } from '../config/build.ts';
import type { Checked } from '../config/guest.ts';
import { guestName } from '../config/guest-name.ts';
import { loadBuild, loadGuest, loadMirror } from '../config/load.ts';
import type { CheckedMirror } from '../config/mirror.ts';
import { buildFileOf, guestFileOf, mirrorFileOf } from '../config/paths.ts';
import { type DeclarationKind, declarationKinds, type Reader } from '../config/search.ts';
import { unitsOfBuild, unitsOfMirror } from '../generator/further-units.ts';
import type { Generated } from '../generator/generated.ts';
import { unitsOf } from '../generator/guest-units.ts';
import { nodeFiles } from '../host/node-files.ts';

export interface Declaration {
  readonly kind: DeclarationKind;
  readonly name: string;
  /** The file of the administrator. It need not exist. */
  readonly file: string;
}

export type AnyChecked = Checked | CheckedBuild | CheckedMirror;

const loaders = { guest: loadGuest, build: loadBuild, mirror: loadMirror };
const fileOf = { guest: guestFileOf, build: buildFileOf, mirror: mirrorFileOf };

export const declarationNamed = (kind: DeclarationKind, name: string): Declaration => ({
  kind,
  name,
  file: fileOf[kind](name),
});

/** Reads a declaration; undefined if it does not exist or is masked. */
export const loadDeclaration = (files: Reader, { kind, name }: Declaration): AnyChecked | undefined =>
  loaders[kind](files, name);

/** Returns what a name with its kind, such as debian.build, stands for; undefined if it is no such name. */
export function declarationWithKind(target: string): Declaration | undefined {
  const kind = declarationKinds.find((one) => target.endsWith(`.${one}`));
  const name = target.slice(0, target.lastIndexOf('.'));
  return kind && guestName.test(name) ? declarationNamed(kind, name) : undefined;
}

/** Returns all that a name may stand for, whether it exists or not: without its kind, one of each. */
export function declarationsNamed(target: string): Declaration[] {
  const named = declarationWithKind(target);
  return named ? [named] : declarationKinds.map((kind) => declarationNamed(kind, target));
}

/** Returns the one that a name stands for: without its kind the guest, unless only a build or a mirror has that name. */
export function declarationOf(target: string): Declaration | undefined {
  if (!guestName.test(target)) return declarationWithKind(target);
  const named = declarationsNamed(target);
  return named.find((one) => loadDeclaration(nodeFiles, one)) ?? named[0];
}

/** Makes the units of a declaration. */
export function unitsOfDeclaration(
  { kind }: Declaration,
  checked: AnyChecked | undefined,
): readonly Generated[] {
  if (!checked) return [];
  if ('build' in checked) return unitsOfBuild(checked.build);
  if ('mirror' in checked) return unitsOfMirror(checked.mirror);
  return kind === 'guest' ? unitsOf(checked) : [];
}
