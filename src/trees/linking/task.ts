// The task and the output of ostree-guest-link-NAME.service.

/** Fetches objects into a guest's repository, from its neighbours before anything is downloaded. */
export interface Task {
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
  /** A commit that a neighbour has. */
  | { readonly kind: 'commit'; readonly checksum: string }
  /** The commit of a neighbour's ref, if it has this identity: src/trees/identity.ts. */
  | { readonly kind: 'made of'; readonly identity: string; readonly ref: string }
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

/** One line of its standard output; the last one is the result. */
export type Line =
  | { readonly progress: Progress }
  /** The commit that is in the repository now; missing if no neighbour had it. */
  | { readonly checksum?: string }
  /** The error output of `ostree pull`. */
  | { readonly failed: string };

interface Progress {
  /** For people. */
  readonly words: string;
  /** The number of bytes written to disk so far. */
  readonly bytes: number;
}
