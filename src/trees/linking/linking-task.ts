// The task and the output of ostree-guest-link-NAME.service.
import { type Fields, parseFields } from '../../host/json-fields.ts';

/** Fetches objects into a guest's repository, from its neighbours before anything is downloaded. */
export interface LinkingTask {
  /** Of the guest. */
  readonly repository: string;
  /** The notes of the guest in src/state/unshared.ts, if its files may be links to those of others. None of them may exist. */
  readonly notes: readonly string[];
  /** Guests that may have the objects. They need not exist. */
  readonly neighbours: readonly Neighbour[];
  readonly want: Want;
  /** Notes to write, of guests that are without a user namespace now. */
  readonly unconfined: readonly string[];
}

export interface Neighbour {
  readonly repository: string;
  /** The notes of its guest in src/state/unshared.ts. If any exists, the repository is not trusted. */
  readonly notes: readonly string[];
}

export type Want =
  /** Commits that neighbours have. */
  | { readonly kind: 'commits'; readonly checksums: readonly string[] }
  /**
   * The commit of a neighbour's ref, if it has this identity: src/trees/identity.ts. In addition those of the layers that any
   * neighbour has: src/trees/image/layer-refs.ts.
   */
  | {
      readonly kind: 'made of';
      readonly identity: string;
      readonly ref: string;
      readonly layers: readonly string[];
    }
  /** The files of a tree that a neighbour keeps under this ref, and has made over this commit. */
  | { readonly kind: 'made over'; readonly base: string; readonly ref: string }
  /** An image and its layers that a neighbour has pulled: src/trees/image/encapsulated.ts. */
  | { readonly kind: 'image'; readonly image: string }
  /** A commit from a neighbour, with missing objects from a remote: `ostree pull` with these arguments. */
  | {
      readonly kind: 'pull';
      readonly checksum: string;
      readonly args: readonly string[];
      /** True if the remote is a directory and the guest is new: link the trees of other guests first. */
      readonly seed: boolean;
    };

/** Fails with WrongJson if the text is no task. */
export function parseTask(json: string): LinkingTask {
  const task = parseFields(json);
  return {
    repository: task.text('repository'),
    notes: task.texts('notes'),
    neighbours: task.list('neighbours').map((one) => ({
      repository: one.text('repository'),
      notes: one.texts('notes'),
    })),
    want: parseWant(task.fields('want')),
    unconfined: task.texts('unconfined'),
  };
}

function parseWant(want: Fields): Want {
  const kind = want.oneOf('kind', ['commits', 'made of', 'made over', 'image', 'pull']);
  switch (kind) {
    case 'commits':
      return { kind, checksums: want.texts('checksums') };
    case 'made of':
      return {
        kind,
        identity: want.text('identity'),
        ref: want.text('ref'),
        layers: want.texts('layers'),
      };
    case 'made over':
      return { kind, base: want.text('base'), ref: want.text('ref') };
    case 'image':
      return { kind, image: want.text('image') };
    case 'pull':
      return { kind, checksum: want.text('checksum'), args: want.texts('args'), seed: want.flag('seed') };
  }
}

/** One line of the standard output of the step; the last one is the result. */
export type LinkingLine =
  | { readonly progress: LinkingProgress }
  /** The commit that is in the repository now; missing if no neighbour had it. */
  | { readonly checksum?: string }
  /** The error output of `ostree pull`. */
  | { readonly failed: string };

interface LinkingProgress {
  /** For people. */
  readonly words: string;
  /** The number of bytes written to disk so far. */
  readonly bytes: number;
}

/** What the last line says. */
export type Linked = { readonly checksum?: string } | { readonly failed: string };

/** Parses the last line of the output. */
export function linkedOf(output: string): Linked {
  const line = parseFields(output.trim().split('\n').at(-1) ?? '');
  const failed = line.optionalText('failed');
  const checksum = line.optionalText('checksum');
  return failed !== undefined ? { failed } : checksum !== undefined ? { checksum } : {};
}
