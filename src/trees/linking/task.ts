// What an update has linked for it by ostree-guest-link-NAME.service, and how that answers.

/** Brings objects into a guest's repository, from the repositories of its neighbours before anything is downloaded. */
export interface Task {
  /** Of the guest. */
  readonly repository: string;
  /** Of the guest, if its files may be links to those of others: its notes in src/state/unshared.ts. None of them may exist. */
  readonly notes: readonly string[];
  /** That may have what is wanted. Not all of them need to exist. */
  readonly neighbours: readonly Neighbour[];
  readonly want: Want;
  /** Notes to be written: of guests that are without a user namespace now. */
  readonly unconfined: readonly string[];
}

export interface Neighbour {
  readonly repository: string;
  /** Files of which none may exist if the repository is to be believed: the notes in src/state/unshared.ts of its guest. */
  readonly notes: readonly string[];
}

export type Want =
  /** A commit that a neighbour has. */
  | { readonly kind: 'commit'; readonly checksum: string }
  /** What a neighbour has under a ref, if it was made of the offer of that identity: sources/identity.ts. */
  | { readonly kind: 'made of'; readonly identity: string; readonly ref: string }
  /** An image and its layers that a neighbour has pulled: image/encapsulated.ts. */
  | { readonly kind: 'image'; readonly image: string }
  /** A commit from a neighbour, or what is missing of it from a remote: `ostree pull` with these arguments. */
  | {
      readonly kind: 'pull';
      readonly checksum: string;
      readonly args: readonly string[];
      /** The remote is a directory and the guest new: link first what other guests run from. */
      readonly seed: boolean;
    };

/** One line of its standard output; the last one is its answer. */
export type Line =
  | { readonly progress: Progress }
  /** The commit that is in the repository now; missing if no neighbour had it. */
  | { readonly checksum?: string }
  /** What `ostree pull` wrote when it failed. */
  | { readonly failed: string };

export interface Progress {
  /** For people. */
  readonly words: string;
  /** That were written to disk so far. */
  readonly bytes: number;
}

export const isProgress = (line: Line): line is { progress: Progress } => 'progress' in line;
