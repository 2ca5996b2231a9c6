// The files that a guest file names and that make its tree: the build, and packages and repositories of the host.
import type { Build } from '../config/build.ts';
import type { Guest } from '../config/guest.ts';
import { loadBuild } from '../config/load.ts';
import { filesOfPackages } from '../config/packages.ts';
import { sha256 } from '../host/digest.ts';
import { nodeFiles } from '../host/node-files.ts';
import { definitionOf, digestOf, filesOfDefinition } from './build/result.ts';

type Named = Pick<Guest, 'origin' | 'packages'>;

/** Answers for any number of guests. Reads each build once. */
export class NamedFiles {
  readonly #builds = new Map<string, Build | undefined>();
  readonly #definitions = new Map<Build, string>();

  /** Returns a digest of their contents; undefined if there are none, or the build file has mistakes. */
  digest(guest: Named): string | undefined {
    const build = this.build(guest);
    const files = filesOf(guest);
    if (!build && (guest.origin.kind === 'build' || files.length === 0)) return undefined;
    const contents = files.map(digestOf);
    return sha256(JSON.stringify([build ? this.#definition(build) : null, contents]));
  }

  /** Returns the paths of the files, except drop-ins of the build. */
  paths(guest: Named): string[] {
    const build = this.build(guest);
    return [...(build ? [build.file, ...filesOfDefinition(build.recipe)] : []), ...filesOf(guest)];
  }

  /** Returns the build of a guest; undefined if it has none, or the build file is missing or has mistakes. */
  build({ origin }: Named): Build | undefined {
    if (origin.kind !== 'build') return undefined;
    if (!this.#builds.has(origin.build)) {
      const checked = loadBuild(nodeFiles, origin.build);
      this.#builds.set(origin.build, checked && 'build' in checked ? checked.build : undefined);
    }
    return this.#builds.get(origin.build);
  }

  #definition(build: Build): string {
    const known = this.#definitions.get(build) ?? definitionOf(build);
    this.#definitions.set(build, known);
    return known;
  }
}

const filesOf = ({ packages }: Named): readonly string[] => (packages ? filesOfPackages(packages) : []);
