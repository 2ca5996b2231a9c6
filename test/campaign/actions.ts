// What may happen to a guest, and to its host. An action says when it makes sense, what it does, and what the model makes of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { mirrorPath } from '../host/mirror.ts';
import { clockJumps } from './clock.ts';
import { emptyDisk, fillDisk } from './disk.ts';
import { guestUnit, stepUnit } from './facts.ts';
import { writeMark } from './marks.ts';
import { endTrouble, makeTrouble, troubles } from './mirror-server.ts';
import type { Kind, Model } from './model.ts';
import { awayPath } from './site.ts';
import { edit, followAnother, type Guest, goBack, markChanged, offer, remake, type Stage } from './stage.ts';

export interface Action {
  readonly name: string;
  /** How often it is drawn, in comparison with others. */
  readonly weight: number;
  possible(model: Model): boolean;
  /** `luck`, from 0 to 1, is what is left to chance in it. Answers what came of it, for people. */
  run(stage: Stage, guest: Guest, luck: number): Promise<string | undefined>;
  effect(model: Model): Model;
}

const isThere = ({ exists }: Model) => exists;
/** What is being made anew takes the first tree that is offered then. It has no file yet with which a tree could clash. */
const isNotNew = (model: Model): boolean => isThere(model) && !model.remade;
const isUp = ({ exists, wanted }: Model) => exists && wanted !== 'down';
const same = (model: Model): Model => model;
/** A start of the guest was asked for, so that one before it may not come to a verdict. */
const startsAnew = (model: Model): Model => ({ ...model, cutShort: model.cutShort + 1 });
const goesDown = (model: Model): Model => ({ ...startsAnew(model), wanted: 'down' });
const interrupts = (model: Model): Model => ({ ...startsAnew(model), interrupted: true });
/** Whether it is up afterwards is not sure. */
const mayFail = (model: Model): Model => ({
  ...startsAnew(model),
  wanted: model.wanted === 'down' ? 'down' : 'either',
});

/** Runs a command to its end, with its exit status. */
async function command({ host }: Stage, script: string): Promise<string> {
  const { exitCode, all } = await host.try(script);
  const said = all.trim().split('\n').at(-1) ?? '';
  return exitCode === 0 ? '' : `exit code ${exitCode}: ${said}`;
}

/** Runs systemctl(1). What never reached systemd, because that was starting anew, is said again, as anybody would. */
const systemctl =
  (verb: string, unitOf: (name: string) => string) =>
  (stage: Stage, { name }: Guest) =>
    command(
      stage,
      `until said=$(systemctl ${verb} ${unitOf(name)} 2>&1); do
        exitCode=$?
        [[ $said == *'Failed to connect'* ]] && ((SECONDS < 30)) || { echo "$said"; exit $exitCode; }
        sleep 0.1
      done`,
    );

/** Waits until what a guest follows is no longer being changed: while it waits, another change may begin. */
async function changed(guest: Guest): Promise<void> {
  for (let last: unknown; last !== guest.changing; ) {
    last = guest.changing;
    await last;
  }
}

/** Updates a guest; if that went well, what its ref named all the time must have come. */
async function updates(stage: Stage, guest: Guest, script: string): Promise<string> {
  await changed(guest);
  const { changes, offered: commit } = guest;
  const { exitCode, all } = await stage.host.try(script);
  await changed(guest);
  if (exitCode === 0 && changes === guest.changes && !stage.isStale) guest.updated = { commit };
  return exitCode === 0 ? '' : `exit code ${exitCode}: ${all.trim().split('\n').at(-1)}`;
}

const step = (which: string) => (name: string) => stepUnit(which, name);

function publishes(kind: Kind, weight: number): Action {
  return {
    name: `publish ${kind}`,
    weight,
    possible: kind === 'clashing' ? isNotNew : isThere,
    run: async (stage, guest, luck) => (await offer(stage, guest, kind, luck)).slice(0, 12),
    effect: (model) => ({ ...model, offered: kind }),
  };
}

/** What a step runs in: its own unit, and those that it starts for a moment. */
const unitsOf: Readonly<Record<string, (name: string) => string[]>> = {
  update: (name) => [stepUnit('update', name), `ostree-guest-link-${name}.service`],
  boot: (name) => [stepUnit('boot', name), `ostree-guest-deploy-${name}.service`],
  switch: (name) => [stepUnit('switch', name)],
  assess: (name) => [stepUnit('assess', name)],
  rehearse: (name) => [stepUnit('rehearse', name), stepUnit('rehearsal', name)],
  build: (name) => [stepUnit('build', name), `ostree-guest-build-tree-${name}.service`],
};

/** Begins a step, or what leads to it, and kills it with SIGKILL at some instant. */
function kills(
  which: keyof typeof unitsOf,
  weight: number,
  begin: (name: string) => string,
  effect: Action['effect'],
): Action {
  return {
    name: `kill ${which}`,
    weight,
    possible: isUp,
    effect: (model) => ({ ...effect(model), interrupted: true }),
    run: async (stage, { name }, luck) => {
      const units = unitsOf[which]?.(name).join(' ');
      return command(
        stage,
        `systemctl ${begin(name)}; sleep ${(luck * 1.5).toFixed(3)}; systemctl kill --signal=KILL ${units} 2>&1 | grep -c 'not loaded' || true`,
      );
    },
  };
}

/** In a ring of origins: model.ts. */
const follows = (further: number): Action => ({
  name: `follow another origin, ${further} further`,
  weight: 1.5,
  possible: ({ exists, elsewhere }) => exists && further <= elsewhere.length,
  effect: (model) => {
    const ring = [model.offered, ...model.elsewhere];
    const [offered = model.offered, ...elsewhere] = [...ring.slice(further), ...ring.slice(0, further)];
    return { ...model, offered, elsewhere };
  },
  run: async (stage, guest) => {
    const tree = await followAnother(stage, guest, further);
    return `${guest.policy.origin}: ${tree.slice(0, 12)}`;
  },
});

export const guestActions: readonly Action[] = [
  publishes('good', 8),
  publishes('faulty', 3),
  publishes('leaving', 0.7),
  publishes('returning', 1),
  publishes('clashing', 1),
  publishes('kernelless', 0.5),
  {
    name: 'go back to an older tree',
    weight: 1,
    possible: isNotNew,
    run: async (stage, guest, luck) => (await goBack(stage, guest, luck)).slice(0, 12),
    effect: same,
  },
  {
    name: 'update',
    weight: 8,
    possible: isThere,
    effect: startsAnew,
    run: (stage, guest) => {
      const unit = stepUnit('update', guest.name);
      // Who joins a run that goes on does not know when that looked at the source.
      return updates(
        stage,
        guest,
        // A start is merged with one that has not ended.
        `case $(systemctl is-active ${unit}) in inactive | failed) systemctl start ${unit} ;; *) false ;; esac`,
      );
    },
  },
  {
    name: 'guestctl update',
    weight: 3,
    possible: isThere,
    effect: startsAnew,
    run: (stage, guest) => updates(stage, guest, `guestctl update ${guest.name}`),
  },
  {
    name: 'two updates at once',
    weight: 1,
    possible: isThere,
    effect: startsAnew,
    run: (stage, { name }) =>
      command(stage, `guestctl update ${name} & systemctl start ${stepUnit('update', name)}; wait $!`),
  },
  {
    name: 'publish into a running update, and update',
    weight: 1,
    possible: isThere,
    effect: (model) => ({ ...startsAnew(model), offered: 'good' }),
    run: async (stage, guest, luck) => {
      await command(stage, `systemctl start --no-block ${stepUnit('update', guest.name)}`);
      await sleep(luck * 600);
      await offer(stage, guest, 'good', luck);
      return updates(stage, guest, `guestctl update ${guest.name}`);
    },
  },
  {
    name: 'switch',
    weight: 4,
    possible: isUp,
    effect: startsAnew,
    run: systemctl('start', step('switch')),
  },
  {
    name: 'machinectl reboot',
    weight: 6,
    possible: isUp,
    effect: startsAnew,
    run: (stage, { name }) => command(stage, `machinectl reboot ${name}`),
  },
  {
    name: 'restart',
    weight: 3,
    possible: isUp,
    run: systemctl('restart', guestUnit),
    effect: (model) => ({ ...startsAnew(model), wanted: 'up' }),
  },
  {
    name: 'two restarts at once',
    weight: 1,
    possible: isUp,
    run: (stage, { name }) =>
      command(stage, `systemctl restart ${guestUnit(name)} & systemctl restart ${guestUnit(name)}; wait $!`),
    effect: (model) => ({ ...startsAnew(startsAnew(model)), wanted: 'up' }),
  },
  {
    name: 'stop',
    weight: 2,
    possible: isUp,
    effect: goesDown,
    run: systemctl('stop', guestUnit),
  },
  {
    name: 'machinectl poweroff',
    weight: 2,
    possible: isUp,
    effect: mayFail,
    run: (stage, { name }) => command(stage, `machinectl poweroff ${name}`),
  },
  {
    name: 'start',
    weight: 3,
    possible: isThere,
    run: systemctl('start', guestUnit),
    effect: (model) => ({ ...startsAnew(model), wanted: 'up' }),
  },
  {
    name: 'two starts at once',
    weight: 1,
    possible: isThere,
    run: (stage, { name }) =>
      command(stage, `systemctl start ${guestUnit(name)} & machinectl start ${name}; wait $!`),
    effect: (model) => ({ ...startsAnew(startsAnew(model)), wanted: 'up' }),
  },
  {
    name: 'end in the middle of a check',
    weight: 3,
    possible: isUp,
    effect: (model) => ({ ...mayFail(startsAnew(model)), interrupted: true }),
    run: (stage, { name, flavour }, luck) => {
      const how = [
        'systemctl kill --signal=KILL',
        'systemctl stop',
        'machinectl poweroff',
        'machinectl reboot',
      ];
      const verb = how[Math.floor(luck * how.length)] ?? '';
      const assess = stepUnit('assess', name);
      // A light guest has nothing to be asked, so that its check is over at once.
      const checks = flavour === 'light' ? 'ActiveState=active' : 'StatusText=.*checking';
      // Only what is on trial is checked.
      return command(
        stage,
        `systemctl start ${stepUnit('update', name)} || true
        [ -e /var/lib/ostree-guests/${name}/staged.json ] && looks=40 || looks=1
        systemctl restart --no-block ${guestUnit(name)}
        for ((i = 0; i < looks; i++)); do
          systemctl show -p ActiveState -p StatusText ${assess} | grep -q '^${checks}' && break || sleep 0.05
        done
        ${verb} ${verb.startsWith('machinectl') ? name : guestUnit(name)}`,
      );
    },
  },
  {
    name: 'crash',
    weight: 2,
    possible: isUp,
    effect: mayFail,
    run: systemctl('kill --signal=KILL', guestUnit),
  },
  kills('update', 3, (name) => `start --no-block ${stepUnit('update', name)}`, startsAnew),
  kills('boot', 3, (name) => `restart --no-block ${guestUnit(name)}`, mayFail),
  kills('switch', 2, (name) => `start --no-block ${stepUnit('switch', name)}`, startsAnew),
  kills('assess', 2, (name) => `restart --no-block ${guestUnit(name)}`, startsAnew),
  kills('build', 2, (name) => `start --no-block ${stepUnit('update', name)}`, startsAnew),
  kills('rehearse', 1, (name) => `start --no-block ${stepUnit('rehearse', name)}`, same),
  {
    name: 'kill the rehearsal, restart machined, and rehearse again',
    weight: 1.5,
    possible: isThere,
    effect: (model) => ({ ...model, hostMeddled: true, interrupted: true }),
    run: (stage, { name }, luck) => {
      const units = [stepUnit('rehearse', name), stepUnit('rehearsal', name)];
      // At any instant, or at the one at which machined has just written down that there is such a machine.
      const waits =
        luck < 0.5
          ? `sleep ${(luck * 3).toFixed(3)}`
          : `for ((i = 0; i < 200; i++)); do [ ! -e /run/systemd/machines/${name}.rehearsal ] || break; sleep 0.01; done`;
      return command(
        stage,
        `systemctl start --no-block ${units[0]}; ${waits}
        systemctl kill --signal=KILL ${units.join(' ')} || true
        systemctl restart systemd-machined; guestctl rehearse ${name}`,
      );
    },
  },
  {
    name: 'rehearse and update at once',
    weight: 1,
    possible: isThere,
    effect: startsAnew,
    run: (stage, guest) =>
      updates(stage, guest, `guestctl rehearse ${guest.name} & guestctl update ${guest.name}`),
  },
  {
    name: 'rehearse',
    weight: 2,
    possible: isThere,
    effect: same,
    run: (stage, { name }) => command(stage, `guestctl rehearse ${name}`),
  },
  {
    name: 'rollback',
    weight: 2,
    possible: isThere,
    run: (stage, { name }) => command(stage, `guestctl rollback ${name}`),
    effect: (model) => ({ ...model, rolledBack: true }),
  },
  {
    name: 'forgive',
    weight: 1,
    possible: isThere,
    run: (stage, { name }) => command(stage, `guestctl forgive ${name}`),
    effect: (model) => ({ ...model, forgiven: true }),
  },
  {
    name: 'pin',
    weight: 1,
    possible: isThere,
    effect: same,
    run: (stage, { name }, luck) =>
      command(
        stage,
        `guestctl pin ${name} $(ls -d /var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}/deploy/*.? |
          xargs -n1 basename | shuf -n1 --random-source=<(yes ${luck}))`,
      ),
  },
  {
    name: 'unpin',
    weight: 1,
    possible: isThere,
    run: (stage, { name }) =>
      command(
        stage,
        `cd /var/lib/ostree-guests/${name}/sysroot/ostree/deploy/${name}/deploy
        for origin in $(grep -l pinned=true *.origin); do guestctl unpin ${name} \${origin%.origin}; done`,
      ),
    effect: (model) => ({ ...model, unpinned: true }),
  },
  {
    name: 'write',
    weight: 6,
    possible: isUp,
    effect: same,
    run: async ({ host }, guest) => {
      await writeMark(host, guest);
      const { value, deployment } = guest.writes.at(-1) ?? {};
      return `${value} into ${deployment?.slice(0, 12) ?? 'who knows what'}`;
    },
  },
  {
    name: 'edit the policy',
    weight: 1,
    possible: isThere,
    effect: same,
    run: async (stage, guest, luck) => {
      await edit(stage, guest, {
        action: luck < 0.5 ? 'stage' : 'switch',
        keep: 2 + Math.floor(luck * 3),
        overHttp: (luck * 10) % 1 < 0.5,
      });
      return JSON.stringify(guest.policy);
    },
  },
  ...[1, 2, 3].map(follows),
  {
    name: 'remove and create',
    weight: 0.7,
    possible: ({ offered }) => offered === 'good',
    run: async (stage, guest) => {
      // It may offer an older tree again, of another kind.
      await changed(guest);
      if (guest.kinds.get(guest.offered) !== 'good') await offer(stage, guest, 'good', 0);
      await remake(stage, guest);
      return 'made anew';
    },
    effect: (model) => ({ ...startsAnew(model), wanted: 'up', remade: true }),
  },
  {
    name: 'look',
    weight: 2,
    possible: isThere,
    effect: same,
    run: (stage, { name }) =>
      command(
        stage,
        `for about in status deployments diff history; do guestctl $about ${name} >/dev/null; done; guestctl list >/dev/null`,
      ),
  },
];

/** What happens to all guests at once. */
export interface HostAction {
  readonly name: string;
  readonly weight: number;
  run(stage: Stage, luck: number): Promise<string | undefined>;
  effect(model: Model): Model;
}

const meddles = (model: Model): Model => ({
  ...startsAnew(model),
  hostMeddled: true,
  interrupted: true,
  // What was just being started may have failed for it.
  wanted: model.wanted === 'up' && model.cutShort > 0 ? 'either' : model.wanted,
});

export const hostActions: readonly HostAction[] = [
  {
    name: 'daemon-reload',
    weight: 2,
    effect: same,
    run: (stage) => command(stage, 'systemctl daemon-reload'),
  },
  {
    name: 'daemon-reexec',
    weight: 2,
    effect: same,
    run: (stage) => command(stage, 'systemctl daemon-reexec'),
  },
  {
    name: 'restart machined',
    weight: 2,
    effect: meddles,
    run: (stage) => command(stage, 'systemctl restart systemd-machined'),
  },
  {
    name: 'restart dbus',
    weight: 1,
    effect: meddles,
    run: (stage) => command(stage, 'systemctl restart dbus; systemctl restart systemd-machined'),
  },
  {
    name: 'the mirror is away',
    weight: 2,
    effect: same,
    run: async (stage, luck) => {
      await command(stage, `mv ${mirrorPath} ${awayPath}`);
      await sleep(luck * 1500);
      return command(stage, `mv ${awayPath} ${mirrorPath}`);
    },
  },
  ...troubles.map(
    (trouble): HostAction => ({
      name: `the mirror ${trouble}`,
      weight: 0.7,
      effect: same,
      run: async (stage, luck) => {
        await command(stage, makeTrouble(trouble));
        await sleep(luck * 2000);
        return command(stage, endTrouble);
      },
    }),
  ),
  {
    // What is published meanwhile is not in it, and OSTree looks at nothing else.
    name: 'the summary of the mirror is old',
    weight: 1,
    effect: same,
    run: async (stage, luck) => {
      stage.isStale = true;
      for (const guest of stage.guests) markChanged(guest);
      const said = await command(stage, 'ostree summary --update --repo=/srv/mirror/repo');
      await sleep(luck * 2000);
      await command(stage, 'rm -f /srv/mirror/repo/summary*');
      for (const guest of stage.guests) markChanged(guest);
      stage.isStale = false;
      return said;
    },
  },
  {
    name: 'the clock jumps',
    weight: 2,
    effect: same,
    run: ({ host }, luck) => clockJumps(host, luck),
  },
  {
    name: 'the disk is full',
    weight: 2,
    effect: meddles,
    run: async (stage, luck) => {
      if (!stage.ownDisk) return 'not here';
      await command(stage, fillDisk);
      await sleep(luck * 2000);
      return command(stage, emptyDisk);
    },
  },
  {
    name: 'power cut',
    weight: 3,
    run: async (stage) => {
      stage.isCut = true;
      await stage.host.cutPower();
      return undefined;
    },
    effect: (model) => ({ ...interrupts(model), wanted: 'up' }),
  },
];
