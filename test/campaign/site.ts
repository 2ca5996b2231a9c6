// What the guests of a campaign run and where they have it from: two small trees, and the kinds of updates that are made of them.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Host, outside } from '../host/host.ts';
import { publishPart } from '../host/light.ts';
import { type Changes, makeMirror, mirrorPath, publishIn } from '../host/mirror.ts';
import { guestRecipe } from '../host/recipe.ts';
import { compileInit, life } from './init.ts';
import { buildOrigin, imageOrigin, type MadeTrees, makeTree, makeTrees, offerTree } from './made-trees.ts';
import { mirrorUrl } from './mirror-server.ts';
import type { Kind } from './model.ts';

/** Where a guest may have its trees from: one of two refs, an image, a build. */
export type Origin = 'ref' | 'other ref' | 'image' | 'build';

/** In a ring. A Debian of an image or a build takes too long. */
export const originsOf: Readonly<Record<Flavour, readonly Origin[]>> = {
  light: ['ref', 'other ref', 'image', 'build'],
  whole: ['ref', 'other ref'],
};

/** `light`: a tree of a few files, whose init system is init.c. `whole`: Debian with systemd, and a health check. */
export type Flavour = 'light' | 'whole';

export const systemd = '/usr/lib/systemd/systemd';
const check = '/usr/lib/check';

const lightBase = 'campaign/light';

/** What a light tree has of a Debian. */
const needed =
  /^\/(?!usr\/)|^\/usr\/(lib64|lib\/modules|lib\/os-release|etc\/(passwd|group|hosts|os-release)$)/;

export async function makeSite(host: Host): Promise<MadeTrees> {
  await makeMirror(host);
  const program = await compileInit(host.work);
  await publishPart(host, lightBase, needed, {
    [systemd]: { content: await readFile(program), mode: 0o755 },
    ...life('stays'),
  });
  return makeTrees(host, program, systemd);
}

const clash = { '/etc/campaign/default': 'of the tree\n' };
const panic = { [systemd]: { content: '#!/bin/sh\nexit 1\n', mode: 0o755 } };
const loop = { [systemd]: { content: '#!/bin/sh\nexec systemctl reboot --force --force\n', mode: 0o755 } };
const checked = {
  [check]: { content: '#!/bin/sh\nfile=/usr/share/healthy; test -e $file\n', mode: 0o755 },
};
const healthy = { ...checked, '/usr/share/healthy': 'yes\n' };

/** Those that end at once come more often: a round waits for the others to time out, once for each try. */
const changes: Record<Flavour, (version: number, luck: number) => Record<Kind, readonly Changes[]>> = {
  light: (version, luck) => ({
    good: [...times(5, {}), { files: life('floods 3000') }],
    faulty: [
      ...times(6, { files: life('panics') }),
      ...times(6, { files: life('loops') }),
      { files: life('hangs') },
    ],
    leaving: [{ files: life(`leaves ${Math.round(luck * 800)}`) }],
    returning: [{ files: life(`returns ${version}`) }],
    clashing: [{ files: clash }],
    kernelless: [{ kernel: false }],
  }),
  whole: () => ({
    good: [{ files: healthy }],
    // Without the program of its check one is given up at once.
    faulty: [
      ...times(3, { files: panic }),
      { files: loop },
      ...times(3, {}),
      ...times(2, { files: checked }),
    ],
    leaving: [{ files: healthy }],
    returning: [{ files: healthy }],
    clashing: [{ files: { ...clash, ...healthy } }],
    kernelless: [{ kernel: false }],
  }),
};

const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

const refOf = (name: string, origin: Origin) => `campaign/${name}${origin === 'ref' ? '' : '-other'}`;

export interface Update {
  readonly kind: Kind;
  readonly version: number;
  /** Chooses among those of its kind. */
  readonly luck: number;
  readonly origin: Origin;
}

/** By which a tree is known whose commit the host makes: it is in this file. */
export const releaseFile = '/usr/share/release';
const releaseOf = ({ origin, version }: Pick<Update, 'origin' | 'version'>) => `${origin}-${version}`;

/** Offers an update of a guest's tree: the commit, or the release that it will be known by. */
export async function publishKind(
  { host, made }: { host: Host; made: MadeTrees },
  name: string,
  flavour: Flavour,
  update: Update,
): Promise<string> {
  const { kind, version, luck, origin } = update;
  const choices = changes[flavour](version, luck)[kind];
  const { files = {}, ...chosen } = choices[Math.floor(luck * choices.length)] ?? {};
  // Some files more each time, so that there is something to fetch.
  const more = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`/usr/share/v${version}/${i}`, `${name} ${version}.${i}\n`]),
  );
  if (origin === 'image' || origin === 'build') {
    const release = releaseOf(update);
    const tree = { ...life('stays'), ...more, ...texts(files), [releaseFile]: release };
    await makeTree(host, name, origin, { made, version: release, files: tree, whole: kind !== 'kernelless' });
    await offerTree(host, name, origin, release);
    return release;
  }
  return publishIn(mirrorOf(host), host.work, refOf(name, origin), {
    from: guestRecipe.ref,
    ...(flavour === 'light' && { from: lightBase }),
    version: String(version),
    ...chosen,
    files: { ...files, ...more },
  });
}

/** The changes of light trees are texts. */
const texts = (files: NonNullable<Changes['files']>) =>
  Object.fromEntries(
    Object.entries(files).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

/** Has an origin of a guest offer again what it offered before; a ref may also name what the other one named. */
export const offerAgain = (host: Host, name: string, origin: Origin, tree: string): Promise<void> =>
  origin === 'image' || origin === 'build'
    ? offerTree(host, name, origin, tree)
    : writeFile(join(mirrorOf(host), 'refs/heads', refOf(name, origin)), `${tree}\n`);

/** Where the mirror is moved to while it is away. The publisher still finds it. */
export const awayPath = '/srv/mirror/away';

const mirrorOf = (host: Host): string => {
  const away = outside(host, awayPath);
  return existsSync(away) ? away : outside(host, mirrorPath);
};

export interface Policy {
  readonly action: 'stage' | 'switch';
  readonly tries: number;
  readonly keep: number;
  readonly overHttp?: boolean;
  readonly rehearse?: boolean;
  /** The default is its first ref. */
  readonly origin?: Origin;
}

export function guestFile(name: string, flavour: Flavour, policy: Policy): string {
  const { action, tries, keep, overHttp = false, rehearse = false, origin = 'ref' } = policy;
  // Long enough for a busy machine to start it: if not, something good is rejected.
  const own = flavour === 'light' ? 'HealthTimeoutSec=15s' : `HealthTimeoutSec=30s\nHealthCheck=${check}`;
  // How often a guest is started is no loop here, and how long one takes that does not hear yet that it is to stop.
  return `[Unit]
StartLimitIntervalSec=0

[Guest]
${originLines(name, origin, overHttp)}

[Update]
Action=${action}
Tries=${tries}
Keep=${keep}
${rehearse ? 'Rehearse=yes\n' : ''}${own}

[Service]
TimeoutStartSec=1min
TimeoutStopSec=10s
`;
}

function originLines(name: string, origin: Origin, overHttp: boolean): string {
  if (origin === 'image') return imageOrigin(name);
  if (origin === 'build') return buildOrigin(name);
  const url = overHttp ? `URL=${mirrorUrl}\nGPGVerify=no` : `URL=file://${mirrorPath}`;
  return `Ref=site:${refOf(name, origin)}\n\n[Remote]\n${url}`;
}
