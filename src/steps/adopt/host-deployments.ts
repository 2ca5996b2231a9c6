import { ostree } from '../../ostree/ostree.ts';

/** A deployment that the host's OSTree knows of: one of its boot list, or the staged one. */
export interface HostDeployment {
  /** Its index for `ostree admin undeploy`. */
  readonly index: number;
  readonly booted: boolean;
  readonly stateroot: string;
  /** CHECKSUM.SERIAL */
  readonly name: string;
}

export async function hostDeployments(): Promise<HostDeployment[]> {
  return parseStatus(await ostree("Cannot list the host's deployments", 'admin', 'status'));
}

/** Parses lines such as `* debian CHECKSUM.0 (pinned)`, sorted by index, with other lines between. */
export const parseStatus = (text: string): HostDeployment[] =>
  [...text.matchAll(/^ *(\*?) *(\S+) ([0-9a-f]{64}\.\d+)/gm)].map(
    ([, mark, stateroot = '', name = ''], index) => ({
      index,
      booted: mark === '*',
      stateroot,
      name,
    }),
  );
