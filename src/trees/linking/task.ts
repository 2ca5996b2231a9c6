// What an update has linked for it by ostree-guest-link-NAME.service, and how that answers.

/** Brings objects into a guest's repository, from the repositories of its neighbours before anything is downloaded. */
export interface Task {
  /** Of the guest. */
  readonly repository: string;
  /** That may have what is wanted. Not all of them need to be there. */
  readonly neighbours: readonly string[];
  readonly want: Want;
  /** Of the guests that may share files afterwards, what says that they do not: state/unshared.ts. */
  readonly linked: readonly string[];
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
