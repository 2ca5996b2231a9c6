// Decides what `guestctl apply` does. No side effects.
import type { Guest } from '../../config/guest.ts';
import type { Declared } from '../../config/load.ts';
import { configDirectory } from '../../config/paths.ts';
import type { DeclarationKind, Reader } from '../../config/search.ts';
import { type NextState, nextCommit } from '../../steps/switch/rule.ts';
import type { Declarations } from './input.ts';

export interface DeclarationChange {
  readonly path: string;
  readonly text: string;
  readonly change: 'created' | 'changed' | 'unchanged';
}

export const fileChanges = (declarations: Declarations, files: Reader): DeclarationChange[] =>
  [...declarations].map(([name, text]) => {
    const path = `${configDirectory}/${name}`;
    const before = files.read(path);
    return {
      path,
      text,
      change: before === undefined ? 'created' : before === text ? 'unchanged' : 'changed',
    };
  });

/** Returns what these files are about. A drop-in for all guests, all builds or all mirrors is about all of them. */
export function affected(
  names: readonly string[],
  { guests, broken, builds, brokenBuilds, mirrors, brokenMirrors }: Declared,
): Declared {
  const isAbout = (kind: DeclarationKind) => (one: { readonly name: string }) =>
    names.some(
      (file) =>
        file === `${one.name}.${kind}` ||
        file.startsWith(`${one.name}.${kind}.d/`) ||
        file.startsWith(`${kind}.d/`),
    );
  const [ofGuest, ofBuild, ofMirror] = [isAbout('guest'), isAbout('build'), isAbout('mirror')];
  return {
    guests: guests.filter(ofGuest),
    broken: broken.filter((one) => one.file.endsWith('.guest') && ofGuest(one)),
    builds: builds.filter(ofBuild),
    brokenBuilds: brokenBuilds.filter(ofBuild),
    mirrors: mirrors.filter(ofMirror),
    brokenMirrors: brokenMirrors.filter(ofMirror),
  };
}

/** Returns the names of the builds that these changes are about. */
export const changedBuilds = (changes: readonly DeclarationChange[], declared: Declared): string[] =>
  affected(
    changes
      .filter(({ change }) => change !== 'unchanged')
      .map(({ path }) => path.slice(configDirectory.length + 1)),
    declared,
  ).builds.map(({ name }) => name);

/** What is known of a guest before something is done with it. */
export interface GuestState {
  readonly isCreated: boolean;
  readonly isRunning: boolean;
  /** True if its tree, or the build of its tree, was declared anew. */
  readonly needsUpdate: boolean;
  /** True if it was started with other options. */
  readonly needsRestart: boolean;
}

export type ApplyAction = 'create' | 'update' | 'restart';

/** Decides what a guest needs to be as declared. A guest that is stopped stays stopped. */
export function actionsFor({ isCreated, isRunning, needsUpdate, needsRestart }: GuestState): ApplyAction[] {
  if (!isCreated) return ['create'];
  return [
    ...(needsUpdate ? (['update'] as const) : []),
    ...(isRunning && (needsUpdate || needsRestart) ? (['restart'] as const) : []),
  ];
}

/** What is known of a running guest after its update. */
export type BeforeRestart = NextState & {
  /** True if the next start leaves the staged update. */
  readonly isHeld: boolean;
  readonly hasNewOptions: boolean;
};

/**
 * Decides how a running guest is restarted. A switch waits for the verdict on what it boots, but it would also apply an update that is
 * held back; a plain restart leaves that.
 */
export function restartFor({
  isHeld,
  hasNewOptions,
  ...next
}: BeforeRestart): 'switch' | 'restart' | 'leave' {
  const leavesUpdate = isHeld && !next.rollback;
  if (nextCommit(leavesUpdate ? { ...next, staged: undefined } : next) !== undefined)
    return leavesUpdate ? 'restart' : 'switch';
  return hasNewOptions ? 'restart' : 'leave';
}

/** Returns true if the tree of a guest comes from one of these builds. */
export const isBuiltBy = ({ origin }: Pick<Guest, 'origin'>, builds: readonly string[]): boolean =>
  origin.kind === 'build' && builds.includes(origin.build);
