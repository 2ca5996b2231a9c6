// A host with guests, on which a campaign goes on, and what it remembers of them.
import { declare } from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { setClock } from './clock.ts';
import { mountOwnDisk, unmountOwnDisk } from './disk.ts';
import { type Facts, guestUnit, lookAtAll, stepUnit } from './facts.ts';
import { type Write, writeMark } from './marks.ts';
import { serveMirror } from './mirror-server.ts';
import { type Kind, type Model, newModel } from './model.ts';
import { type Flavour, guestFile, makeSite, type Policy, publishKind, setRef } from './site.ts';
import { type Untouched, watchUntouched } from './untouched.ts';

/** An update that went well, as far as its exit status tells. */
interface Updated {
  readonly commit: string;
}

export interface Guest {
  readonly name: string;
  readonly flavour: Flavour;
  policy: Policy;
  model: Model;
  /** Of all commits that its ref ever named. */
  readonly kinds: Map<string, Kind>;
  /** In the order in which they were published. */
  readonly commits: string[];
  /** The commit that its ref names, ... */
  offered: string;
  /** ... and the one that its other ref names, if there is any yet. */
  elsewhere: string | undefined;
  /** Whether its file says so: a power cut may have come before. */
  isDeclared: boolean;
  /** How often what it follows was changed. */
  changes: number;
  /** What changes that is done one after the other. */
  changing: Promise<unknown>;
  /** In this round. */
  writes: Write[];
  updated: Updated | undefined;
  /** What was done in this round, for people. */
  log: string[];
  /** When the last round was over. */
  before: Facts | undefined;
  written: number;
  /** Whether it was removed, or may have been, and is not yet there again. */
  isBeingRemade: boolean;
}

export interface Stage {
  readonly host: Host;
  readonly guests: readonly Guest[];
  /** Whether its disk can be filled. */
  readonly ownDisk: boolean;
  /** Whether the host is going down: then nothing more is begun. */
  isCut: boolean;
  /** Whether what is published now is not seen. */
  isStale: boolean;
  readonly untouched: Untouched;
  /** How long the parts of the last round took, for people. */
  times: string;
}

export interface Cast {
  readonly name: string;
  readonly flavour: Flavour;
  readonly policy: Policy;
  /** In what share of the rounds something happens to it; the default is all. */
  readonly share?: number;
}

/** `ownDisk`: whether the guests have a file system of their own, which can be full: disk.ts. */
export async function setStage(cast: readonly Cast[], ownDisk: boolean): Promise<Stage> {
  const host = await bootHost(ownDisk ? { prepare: mountOwnDisk } : {});
  try {
    await makeSite(host);
    await setClock(host);
    await serveMirror(host);
    const guests: Guest[] = [];
    for (const { name, flavour, policy } of cast) {
      const guest: Guest = {
        name,
        flavour,
        policy,
        model: newModel,
        kinds: new Map(),
        commits: [],
        offered: '',
        elsewhere: undefined,
        isDeclared: false,
        changes: 0,
        changing: Promise.resolve(),
        writes: [],
        updated: undefined,
        log: [],
        before: undefined,
        written: 0,
        isBeingRemade: false,
      };
      await offer(host, guest, 'good', 0);
      await make(host, guest);
      guests.push(guest);
    }
    const facts = await lookAtAll(
      host,
      cast.map(({ name }) => name),
    );
    for (const guest of guests) guest.before = facts.get(guest.name);
    const untouched = await watchUntouched(host, cast.find(({ share }) => share === 0)?.name);
    return { host, guests, untouched, ownDisk, isCut: false, isStale: false, times: '' };
  } catch (error) {
    const { all } = await host.try('journalctl --sync; journalctl --no-pager --no-hostname -n 40');
    await clear(host, ownDisk);
    throw new Error(`${(error as Error).message}\n${all}`);
  }
}

/** Ends a host, and removes all of it. */
export async function clear(host: Host, ownDisk: boolean): Promise<void> {
  if (ownDisk) unmountOwnDisk(host.var);
  await host.stop();
}

/** Publishes an update for a guest. */
export const offer = (host: Host, guest: Guest, kind: Kind, luck: number): Promise<string> =>
  inTurn(guest, async () => {
    guest.offered = await publishNext(host, guest, kind, luck);
    return guest.offered;
  });

async function publishNext(host: Host, guest: Guest, kind: Kind, luck: number): Promise<string> {
  const { name, flavour, policy, commits, kinds } = guest;
  const update = { kind, version: commits.length + 1, luck, other: policy.other ?? false };
  const commit = await publishKind(host, name, flavour, update);
  commits.push(commit);
  kinds.set(commit, kind);
  return commit;
}

/** Has the ref of a guest name a commit that it, or the other one, named before. */
export const goBack = (host: Host, guest: Guest, luck: number): Promise<string> =>
  inTurn(guest, async () => {
    const commit = guest.commits[Math.floor(luck * guest.commits.length)] ?? guest.offered;
    await setRef(host, guest.name, guest.policy.other ?? false, commit);
    guest.offered = commit;
    return commit;
  });

/** Changes the guest file. */
export const edit = (host: Host, guest: Guest, change: Partial<Policy>): Promise<string> =>
  inTurn(guest, async () => {
    const { name, flavour, policy, offered, elsewhere } = guest;
    guest.policy = { ...policy, ...change };
    if (guest.policy.other !== policy.other) {
      guest.offered = elsewhere ?? (await publishNext(host, guest, 'good', 0));
      guest.elsewhere = offered;
    }
    guest.isDeclared = false;
    await declare(host, name, guestFile(name, flavour, guest.policy));
    guest.isDeclared = true;
    return guest.offered;
  });

/** What was brought before may be followed by something newer, from whoever updates it then. */
export function markChanged(guest: Guest): void {
  guest.changes += 1;
  guest.updated = undefined;
}

/** What a guest follows is changed by one after the other, so that it is known what that is. */
function inTurn(guest: Guest, change: () => Promise<string>): Promise<string> {
  markChanged(guest);
  const changed = guest.changing.then(change);
  guest.changing = changed.catch(() => undefined);
  return changed;
}

/** Removes a guest and creates it anew. Cut off anywhere, that can be done again. */
export async function remake(host: Host, guest: Guest): Promise<void> {
  const { name } = guest;
  guest.isBeingRemade = true;
  await host.sh(`[ -e /etc/ostree-guests/${name}.guest ] || exit 0
    systemctl stop ${guestUnit(name)}; guestctl remove --yes ${name}`);
  Object.assign(guest, { writes: [], updated: undefined });
  await make(host, guest);
  guest.isBeingRemade = false;
}

/** Declares a guest, creates and starts it, and has it started at boot. */
async function make(host: Host, guest: Guest): Promise<void> {
  const { name } = guest;
  await edit(host, guest, {});
  await host.run('systemctl', 'start', stepUnit('update', name));
  await host.run('systemctl', 'start', guestUnit(name));
  await host.run('machinectl', 'enable', name);
  await writeMark(host, guest);
}
