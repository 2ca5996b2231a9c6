// What is to be seen of a guest when a round is over. It is read from outside of the host, by the files that the product and
// OSTree write; only systemd has to be asked.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { listDeployments, originOf } from '../../src/ostree/deployments.ts';
import { type Host, outside } from '../host/host.ts';
import { releaseFile } from './site.ts';

export interface Deployment {
  /** CHECKSUM.SERIAL */
  readonly name: string;
  /** In all facts, the release of a commit that the host made stands for it. */
  readonly checksum: string;
  readonly pinned: boolean;
  /** The number that the campaign wrote into its /etc last. */
  readonly etc: number | undefined;
}

export interface Facts {
  /** systemd's ActiveState of the guest's unit. */
  readonly state: string;
  /** The default one first. */
  readonly deployments: readonly Deployment[];
  /** What the guest's link leads to. */
  readonly root: string | undefined;
  readonly staged: string | undefined;
  readonly rollback: string | undefined;
  /** The commit that was last rehearsed and found healthy. */
  readonly rehearsed: string | undefined;
  /** Names of files: DEPLOYMENT+LEFT.json. */
  readonly trials: readonly string[];
  readonly rejected: readonly { readonly checksum: string; readonly reason: string }[];
  /** Why the last start could not deploy what is staged. */
  readonly undeployed: { readonly checksum: string; readonly reason: string } | undefined;
  /** The number that the campaign wrote into its /var last. */
  readonly var: number | undefined;
  readonly history: readonly Entry[];
  /** Files of the guest's state that are no JSON. */
  readonly damaged: readonly string[];
}

interface Entry {
  readonly time: string;
  readonly action: string;
  readonly outcome: string;
  readonly from?: string;
  readonly to?: string;
  readonly message: string;
}

export const guestUnit = (name: string) => `systemd-nspawn@${name}.service`;
export const stepUnit = (step: string, name: string) => `ostree-guest-${step}@${name}.service`;

/** Whose commits these are; the releases of those that the host made are added when they are seen. */
interface Known {
  readonly name: string;
  readonly kinds: ReadonlyMap<string, unknown>;
  readonly releases: Map<string, string>;
}

/** Asks systemd about all guests at once. */
export async function lookAtAll(host: Host, guests: readonly Known[]): Promise<Map<string, Facts>> {
  const { stdout } = await host.try(`
    systemctl is-active ${guests.map(({ name }) => guestUnit(name)).join(' ')} || true
    find /run/ostree-guests/*/root -maxdepth 0 -printf '%h %l\n'`);
  const lines = stdout.split('\n');
  const links = new Map(lines.slice(guests.length).map((line) => line.split(' ') as [string, string]));
  return new Map(
    guests.map((guest, index) => {
      const { name } = guest;
      const root = links.get(`/run/ostree-guests/${name}`)?.split('/').at(-1);
      return [name, { ...inFiles(host, guest), state: lines[index] ?? '', root }];
    }),
  );
}

/** A commit that was published, or the release of one that the host made; as it is, if that is gone already. */
function treeOf(repository: string, { kinds, releases }: Known, commit: string): string {
  if (kinds.has(commit)) return commit;
  const known = releases.get(commit);
  if (known !== undefined) return known;
  if (!existsSync(`${repository}/objects/${commit.slice(0, 2)}/${commit.slice(2)}.commit`)) return commit;
  const { status, stdout } = spawnSync('ostree', [`--repo=${repository}`, 'cat', commit, releaseFile]);
  if (status !== 0) return commit;
  releases.set(commit, stdout.toString());
  return stdout.toString();
}

const stateOf = (host: Host, name: string) => outside(host, `/var/lib/ostree-guests/${name}`);

function inFiles(host: Host, guest: Known): Omit<Facts, 'state' | 'root'> {
  const { name } = guest;
  const state = stateOf(host, name);
  const repository = `${state}/sysroot/ostree/repo`;
  const tree = (commit: string | undefined) =>
    commit === undefined ? undefined : treeOf(repository, guest, commit);
  const damaged: string[] = [];
  const json = (file: string): Record<string, string> | undefined => {
    if (!existsSync(`${state}/${file}`)) return undefined;
    try {
      return JSON.parse(readFileSync(`${state}/${file}`, 'utf8'));
    } catch {
      damaged.push(file);
      return undefined;
    }
  };
  const failure = (file: string) => {
    const { checksum, reason } = json(file) ?? {};
    return checksum === undefined || reason === undefined
      ? undefined
      : { checksum: treeOf(repository, guest, checksum), reason };
  };
  return {
    deployments: listDeployments(`${state}/sysroot`).map(({ name, checksum, path }) => ({
      name,
      checksum: treeOf(repository, guest, checksum),
      etc: number(`${path}/etc/campaign`),
      pinned: originOf({ path })['libostree-transient']?.['pinned'] === 'true',
    })),
    staged: tree((json('staged.json') ?? json('finalizing.json'))?.['checksum']),
    rollback: json('rollback.json')?.['deployment'],
    rehearsed: tree(json('rehearsed.json')?.['checksum']),
    trials: list(`${state}/trials`),
    rejected: list(`${state}/rejected`)
      .map((file) => failure(`rejected/${file}`))
      .filter((one) => one !== undefined),
    undeployed: failure('undeployed.json'),
    var: number(`${state}/sysroot/ostree/deploy/${name}/var/campaign`),
    history: list(`${state}/history`)
      .flatMap((file) => entries(`${state}/history/${file}`))
      .map(({ from, to, ...entry }) => ({
        ...entry,
        ...(from !== undefined && { from: treeOf(repository, guest, from) }),
        ...(to !== undefined && { to: treeOf(repository, guest, to) }),
      })),
    damaged,
  };
}

function list(directory: string): string[] {
  if (!existsSync(directory)) return [];
  // By number: 9.jsonl comes before 10.jsonl.
  return readdirSync(directory).sort(
    (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || a.localeCompare(b),
  );
}

function number(file: string): number | undefined {
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
}

function entries(file: string): Entry[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Entry);
}
