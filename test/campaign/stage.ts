// A host with guests, on which a campaign goes on, and what it remembers of them.
import { declare } from '../host/guests.ts';
import { bootHost, type Host } from '../host/host.ts';
import { setClock } from './clock.ts';
import { mountOwnDisk, unmountOwnDisk } from './disk.ts';
import { type Facts, guestUnit, lookAtAll, stepUnit } from './facts.ts';
import { maskUnneeded } from './lean.ts';
import { buildFile, type MadeTrees } from './made-trees.ts';
import { type Write, writeMark } from './marks.ts';
import { serveMirror } from './mirror-server.ts';
import { type Kind, type Model, modelOf } from './model.ts';
import {
  type Flavour,
  guestFile,
  makeSite,
  type Origin,
  offerAgain,
  originsOf,
  type Policy,
  publishKind,
} from './site.ts';
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
  /** Of all trees that its origins ever offered: commits, and releases of trees of which the host makes a commit. */
  readonly kinds: Map<string, Kind>;
  /** In the order in which they were published. */
  readonly published: { readonly tree: string; readonly origin: Origin }[];
  /** The release of each commit that the host made. */
  readonly releases: Map<string, string>;
  /** The tree that the origin offers that it follows, ... */
  offered: string;
  /** ... and those that the others offer, if they do yet. */
  readonly elsewhere: Map<Origin, string>;
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
  readonly made: MadeTrees;
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
  const host = await bootHost({
    prepare: async (places, work) => {
      await maskUnneeded(places.root);
      if (ownDisk) await mountOwnDisk(places, work);
    },
  });
  try {
    const made = await makeSite(host);
    await setClock(host);
    await serveMirror(host);
    const guests: Guest[] = [];
    for (const { name, flavour, policy } of cast) {
      const guest: Guest = {
        name,
        flavour,
        policy,
        model: modelOf(originsOf[flavour].length),
        kinds: new Map(),
        published: [],
        releases: new Map(),
        offered: '',
        elsewhere: new Map(),
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
      await host.write(`/etc/ostree-guests/${name}.build`, buildFile(name));
      await offer({ host, made }, guest, 'good', 0);
      await make({ host, made }, guest);
      guests.push(guest);
    }
    const facts = await lookAtAll(host, guests);
    for (const guest of guests) guest.before = facts.get(guest.name);
    const untouched = await watchUntouched(host, cast.find(({ share }) => share === 0)?.name);
    return { host, made, guests, untouched, ownDisk, isCut: false, isStale: false, times: '' };
  } catch (error) {
    const { all } = await host.try('journalctl --sync; journalctl --no-pager --no-hostname -n 40');
    await clear(host, ownDisk);
    throw new Error(`The journal of the host: ${all}`, { cause: error });
  }
}

/** Ends a host, and removes all of it. */
export async function clear(host: Host, ownDisk: boolean): Promise<void> {
  if (ownDisk) unmountOwnDisk(host.var);
  await host.stop();
}

/** Where trees are published. */
export type Site = Pick<Stage, 'host' | 'made'>;

/** Publishes an update for a guest. */
export const offer = (site: Site, guest: Guest, kind: Kind, luck: number): Promise<string> =>
  inTurn(guest, async () => {
    guest.offered = await publishNext(site, guest, guest.policy.origin, { kind, luck });
    return guest.offered;
  });

async function publishNext(
  site: Site,
  { name, flavour, published, kinds }: Guest,
  origin: Origin = 'ref',
  { kind, luck }: { readonly kind: Kind; readonly luck: number },
): Promise<string> {
  const tree = await publishKind(site, name, flavour, { kind, version: published.length + 1, luck, origin });
  published.push({ tree, origin });
  kinds.set(tree, kind);
  return tree;
}

/** Has the origin of a guest offer a tree that it offered before; a ref may name one of the other ref. */
export const goBack = ({ host }: Site, guest: Guest, luck: number): Promise<string> =>
  inTurn(guest, async () => {
    const { name, published } = guest;
    const origin = guest.policy.origin ?? 'ref';
    const isRef = (one: Origin) => one === 'ref' || one === 'other ref';
    const older = published.filter((one) => one.origin === origin || (isRef(origin) && isRef(one.origin)));
    const tree = older[Math.floor(luck * older.length)]?.tree ?? guest.offered;
    await offerAgain(host, name, origin, tree);
    guest.offered = tree;
    return tree;
  });

/** Changes the guest file. Another origin has something to offer before the guest follows it: it may be cut off before that. */
export const edit = (site: Site, guest: Guest, change: Partial<Policy>): Promise<string> =>
  inTurn(guest, async () => {
    const { name, flavour, policy, offered, elsewhere } = guest;
    const changed = { ...policy, ...change };
    const { origin = 'ref' } = changed;
    if (origin !== (policy.origin ?? 'ref')) {
      const there =
        elsewhere.get(origin) ?? (await publishNext(site, guest, origin, { kind: 'good', luck: 0 }));
      elsewhere.set(policy.origin ?? 'ref', offered);
      guest.offered = there;
    }
    Object.assign(guest, { policy: changed, isDeclared: false });
    await declare(site.host, name, guestFile(name, flavour, changed));
    guest.isDeclared = true;
    return guest.offered;
  });

/** Has a guest follow another one of its origins: `further` is how many are passed on in the ring. */
export function followAnother(site: Site, guest: Guest, further: number): Promise<string> {
  const ring = originsOf[guest.flavour];
  const next = ring[(ring.indexOf(guest.policy.origin ?? 'ref') + further) % ring.length];
  return edit(site, guest, next ? { origin: next } : {});
}

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
export async function remake(site: Site, guest: Guest): Promise<void> {
  const { name } = guest;
  guest.isBeingRemade = true;
  await site.host.sh(`[ -e /etc/ostree-guests/${name}.guest ] || exit 0
    systemctl stop ${guestUnit(name)}; guestctl remove --yes ${name}`);
  Object.assign(guest, { writes: [], updated: undefined });
  await make(site, guest);
  guest.isBeingRemade = false;
}

/** Declares a guest, creates and starts it, and has it started at boot. */
async function make(site: Site, guest: Guest): Promise<void> {
  const { host } = site;
  const { name } = guest;
  await edit(site, guest, {});
  await host.run('systemctl', 'start', stepUnit('update', name));
  await host.run('systemctl', 'start', guestUnit(name));
  await host.run('machinectl', 'enable', name);
  await writeMark(host, guest);
}
