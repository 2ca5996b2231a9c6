// What happens beside a step at its worst moment: a guest that still boots, a step that somebody else has started, a newer
// deployment. systemd and the guest are stand-ins.
import { mkdirSync, rmSync } from 'node:fs';
import { Command } from 'commander';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startAndTell } from '../../src/guestctl/start-guest.ts';
import { readBaseline, writeBaseline } from '../../src/state/baseline.ts';
import { writeRehearsal } from '../../src/state/rehearsal.ts';
import { readRejection } from '../../src/state/rejected.ts';
import { writeStaged } from '../../src/state/staged.ts';
import { beginTrial, endTrials, readTrial } from '../../src/state/trial.ts';
import { assess } from '../../src/steps/assess/assess.ts';
import { judge, rememberFailedUnits } from '../../src/steps/assess/health.ts';
import { resumeAssessment } from '../../src/steps/assess/resume.ts';
import { judgeCandidate } from '../../src/steps/rehearse/rehearse.ts';
import { rehearsed } from '../../src/steps/update/rehearsed.ts';
import { host, type Moment } from './fake-driver.ts';
import { commit, named } from './names.ts';
import { guestOf } from './read.ts';

const { state, events, unit, list, clock, disk } = await vi.hoisted(async () => {
  const { mkdtempSync } = await import('node:fs');
  return {
    state: mkdtempSync('/tmp/step-races-'),
    /** Called when systemd is asked to start a unit, or about one. */
    events: { onStart: () => {}, onShow: () => {} },
    /** What the unit of the guest says, beside its state, and what is done with it. */
    unit: {
      job: '',
      assessment: 'inactive',
      isStopped: false,
      done: [] as string[],
      onRecord: () => {},
      onRestart: () => {},
    },
    list: [] as { name: string; checksum: string; title: string; path: string }[],
    /** In milliseconds. Time passes only when somebody waits, however busy the machine is. */
    clock: { now: 0 },
    disk: { isFull: false },
  };
});
vi.mock('../../src/config/paths.ts', async (original) =>
  (await import('./state-in.ts')).stateIn(await original<object>(), () => state),
);
vi.mock('../../src/host/atomic-file.ts', async (original) => {
  const module = await original<typeof import('../../src/host/atomic-file.ts')>();
  return {
    ...module,
    writeAtomically: (file: string, content: string) => {
      if (disk.isFull)
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write', path: file });
      module.writeAtomically(file, content);
    },
  };
});
vi.mock('../../src/machine/driver.ts', async () => ({ driver: (await import('./fake-driver.ts')).fake }));
vi.mock('../../src/host/systemctl.ts', async (original) => ({
  ...(await original<object>()),
  startUnit: async () => events.onStart(),
  beginStart: async () => {
    unit.done.push('start');
    events.onStart();
  },
  restartUnlessStopped: async () => {
    unit.onRestart();
    unit.done.push('restart');
  },
  killUnit: async () => unit.done.push('kill'),
  resetFailed: async () => undefined,
  destroyUnit: async () => undefined,
  showUnits: async (units: readonly string[]) => {
    events.onShow();
    const { unit: state, job = unit.job, result = 'success' } = host.now;
    return units.map((one) =>
      one.startsWith('ostree-guest-assess@')
        ? { ActiveState: unit.assessment }
        : { ActiveState: state, Job: job, Result: result },
    );
  },
}));
vi.mock('../../src/ostree/deployments.ts', async (original) => ({
  ...(await original<object>()),
  listDeployments: () => list,
  hasBus: () => true,
}));
vi.mock('../../src/host/journal.ts', () => ({
  endedByStop: async () => unit.isStopped,
  lastMessages: async () => [],
  systemdWords: async () => [],
  oomdWords: async () => [],
}));
vi.mock('../../src/steps/boot/root-link.ts', () => ({ bootedRoot: () => '/b' }));
vi.mock('../../src/steps/record-attempt.ts', () => ({
  record: async () => unit.onRecord(),
  recordKilled: () => () => undefined,
}));
vi.mock('node:timers/promises', () => ({
  setTimeout: async (pause: number) => {
    clock.now += pause;
    host.now = host.next.shift() ?? host.now;
  },
}));

beforeEach(() => {
  rmSync(state, { recursive: true, force: true });
  Object.assign(events, { onStart: () => {}, onShow: () => {} });
  Object.assign(unit, {
    job: '',
    assessment: 'inactive',
    isStopped: false,
    done: [],
    onRecord: () => {},
    onRestart: () => {},
  });
  disk.isFull = false;
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(state, { recursive: true, force: true });
});

const guest = guestOf('[Guest]\nRef=site:x\n[Update]\nHealthCheck=true\nHealthTimeoutSec=1min\n');

const deployment = (letter: string) => ({
  name: named(`${letter.repeat(64)}.0`),
  checksum: commit(letter.repeat(64)),
  title: letter,
  path: `/${letter}`,
});
const trialOf = (letter: string, fallback: string) => ({
  deployment: deployment(letter).name,
  fallback: deployment(fallback).name,
  since: 0,
  tries: 2,
  left: 1,
});

describe('the failed units before an update', () => {
  beforeEach(() => {
    writeBaseline('mail', { failedUnits: ['old.service'] });
    list.splice(0, list.length, deployment('b'), deployment('a'));
  });

  const is = (system?: string, failed = ''): Moment => ({
    unit: 'active',
    ...(system !== undefined && { system }),
    failed,
  });
  const late = 'late.service loaded failed failed Late';

  test.each<[title: string, moments: readonly Moment[], known: string[]]>([
    ['are those of a guest that is up', [is('running')], []],
    ['are those of one with a failed unit', [is('degraded', late)], ['late.service']],
    [
      'are asked for when it is up: a unit may fail late in its boot',
      [is('initializing'), is('starting'), is('degraded', late)],
      ['late.service'],
    ],
    ['are not those of a guest that goes down', [is('stopping')], ['old.service']],
    ['are not known of one that goes down while it boots', [is('starting'), is('stopping')], ['old.service']],
    ['are not known of one that never comes up', [is('starting')], ['old.service']],
    ['are not known of one that does not answer', [is()], ['old.service']],
  ])('%s', async (_, [first, ...next], known) => {
    Object.assign(host, { now: first, next });
    await rememberFailedUnits(guest);
    expect(readBaseline('mail')?.failedUnits).toEqual(known);
  });

  test('are those of before its trial, for a guest on trial', async () => {
    beginTrial('mail', trialOf('b', 'a'));
    Object.assign(host, { now: is('degraded', late), next: [] });
    await rememberFailedUnits(guest);
    expect(readBaseline('mail')?.failedUnits).toEqual(['old.service']);
  });

  test('are not those of a deployment whose trial begins while it is asked', async () => {
    const now = {
      ...is('degraded'),
      get failed() {
        beginTrial('mail', trialOf('b', 'a'));
        return late;
      },
    };
    Object.assign(host, { now, next: [] });
    await rememberFailedUnits(guest);
    expect(readBaseline('mail')?.failedUnits).toEqual(['old.service']);
  });

  test('are those of what runs, if another deployment is on trial', async () => {
    list.unshift(deployment('c'));
    beginTrial('mail', trialOf('c', 'b'));
    Object.assign(host, { now: is('degraded', late), next: [] });
    await rememberFailedUnits(guest);
    expect(readBaseline('mail')?.failedUnits).toEqual(['late.service']);
  });

  test.each<[title: string, staged: string | undefined, moment: Moment, known: string[]]>([
    ['are looked at once more if an update is staged', 'c', is('degraded', late), ['late.service']],
    ['are not waited for', 'c', is('starting', late), ['old.service']],
    ['are not looked at without an update', undefined, is('degraded', late), ['old.service']],
  ])('before guestctl starts a guest anew, %s', async (_, staged, moment, known) => {
    if (staged) writeStaged('mail', { checksum: commit(staged.repeat(64)), refspec: 'site:x', time: 0 });
    Object.assign(host, { now: moment, next: [] });
    let before: readonly string[] | undefined;
    const command = new Command().option('--quiet').setOptionValue('quiet', true);
    await startAndTell(guest, command, async () => {
      before = readBaseline('mail')?.failedUnits;
    });
    expect(before).toEqual(known);
  });
});

describe('a rehearsal that an update asks for', () => {
  /** Each run, of which the first may be that of somebody else, finds this commit healthy. */
  const runs = (...commits: readonly string[]) => {
    const rest = [...commits];
    events.onStart = () => {
      const found = rest.shift();
      if (found === undefined) throw new Error('It was started more often');
      writeRehearsal('mail', { checksum: commit(found.repeat(64)) });
    };
    return () => rest.length;
  };
  const wanted = commit('c'.repeat(64));

  test.each([
    ['is enough if it was of its commit', ['c'], 0],
    ['runs once more if it has joined that of another commit', ['b', 'c'], 0],
  ])('%s', async (_, commits, left) => {
    const notRun = runs(...commits);
    await rehearsed(guest, wanted);
    expect(notRun()).toBe(left);
  });

  test('fails if something else was staged each time', async () => {
    runs('b', 'd');
    await expect(rehearsed(guest, wanted)).rejects.toThrow(
      'cccccccccccc of mail was not rehearsed: something else was staged meanwhile',
    );
  });
});

describe('what went wrong in a rehearsal is compared with', () => {
  const fails = 'web.service loaded failed failed Web';
  const is = (system: string, failed = ''): Moment => ({ unit: 'active', system, failed });
  const report = { step: () => undefined, progress: () => undefined, warn: () => undefined };

  test.each<[title: string, boots: readonly Moment[], kind: string]>([
    [
      'one that also fails now',
      [is('degraded', fails), is('degraded', fails), is('degraded', fails)],
      'healthy',
    ],
    ['one that works now', [is('degraded', fails), is('running')], 'faulty'],
    ['what runs now, if it did not come up in time', [is('starting'), is('running')], 'faulty'],
    ['nothing, if neither came up in time', [is('starting'), is('starting')], 'incomparable'],
    [
      'nothing, if neither is well in spite of the units that always fail',
      [is('degraded', fails), { ...is('degraded', fails), check: 1 }, { ...is('degraded', fails), check: 1 }],
      'incomparable',
    ],
    [
      'nothing, if what runs now did not come up in time',
      [is('degraded', fails), is('starting')],
      'incomparable',
    ],
    [
      'nothing, if what runs now does not reach its target',
      [
        is('degraded', fails),
        { ...is('degraded', 'db.service loaded failed failed Db'), target: 'inactive' },
      ],
      'incomparable',
    ],
    ['nothing, if what runs now goes down', [is('degraded', fails), is('stopping', fails)], 'incomparable'],
  ])('%s', async (_, boots, kind) => {
    rmSync(`${state}/mail`, { recursive: true, force: true });
    mkdirSync(`${state}/mail/rehearsal`, { recursive: true });
    const rest = [...boots];
    events.onStart = () => Object.assign(host, { now: rest.shift(), next: [] });
    const verdict = await judgeCandidate(guest, { candidate: '/new', current: '/now' }, report);
    expect([verdict.kind, rest]).toEqual([kind, []]);
  });
});

describe('while somebody sets the clock of the host, a machine', () => {
  const report = { step: () => undefined, progress: () => undefined, warn: () => undefined };
  const subject = {
    machine: 'mail',
    memoryNote: '/run/nothing',
    writes: [],
    unit: 'vm@mail.service',
    baseline: { failedUnits: [] },
    root: '/b',
    hasBus: true,
  };
  const minute = 60_000;
  const jumps = [
    ['ahead', 3 * 60 * minute],
    ['back', -3 * 60 * minute],
  ] as const;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    return () => vi.useRealTimers();
  });
  /** Sets the clock at each look. There are not many of them in a minute. */
  const jump = (by: number) => {
    let looks = 0;
    events.onShow = () => {
      looks += 1;
      if (looks > 1000) throw new Error('It does not end');
      vi.setSystemTime(Date.now() + by);
    };
  };

  test.each(jumps)('that takes a while to come up is healthy: %s', async (_, by) => {
    jump(by);
    const booting = Array.from({ length: 9 }, () => ({ unit: 'activating' }));
    Object.assign(host, {
      now: { unit: 'activating' },
      next: [...booting, { unit: 'active', system: 'running' }],
    });
    expect(await judge(subject, guest.update, report)).toMatchObject({ kind: 'healthy' });
  });

  test.each(jumps)('that does not come up is faulty in time: %s', async (_, by) => {
    jump(by);
    Object.assign(host, { now: { unit: 'activating' }, next: [] });
    const begun = clock.now;
    expect(await judge(subject, guest.update, report)).toMatchObject({ kind: 'faulty' });
    expect(clock.now - begun).toBeGreaterThanOrEqual(minute);
    expect(clock.now - begun).toBeLessThan(1.1 * minute);
  });
});

describe('a verdict', () => {
  const report = { step: () => undefined, progress: () => undefined, warn: () => undefined };

  test('ends the trial of what was judged, and not one that has begun meanwhile', async () => {
    list.splice(0, list.length, deployment('b'), deployment('a'));
    beginTrial('mail', trialOf('b', 'a'));
    Object.assign(host, { now: { unit: 'active', system: 'running' } });
    // The guest goes down after the last look, and its next start deploys c.
    events.onShow = () => {
      list.splice(0, list.length, deployment('c'), deployment('b'));
      endTrials('mail', deployment('b').name);
      beginTrial('mail', trialOf('c', 'b'));
    };
    await assess(guest, report);
    expect(readTrial('mail', deployment('b').name)).toBeUndefined();
    expect(readTrial('mail', deployment('c').name)).toEqual(trialOf('c', 'b'));
  });

  const unhealthy: Moment = { unit: 'active', system: 'maintenance' };
  const again = /^It is started once more \(1 of its tries left\)$/;
  const leftAlone = /^Somebody has stopped or restarted it meanwhile$/;
  const stops = (moment: Partial<typeof unit>) => () => Object.assign(unit, moment);

  test.each<[title: string, now: Moment, meanwhile: () => void, done: string[], next: RegExp]>([
    ['a guest that has crashed', { unit: 'failed' }, () => {}, ['start'], again],
    ['a guest that runs', unhealthy, () => {}, ['restart'], again],
    ['a guest that did not come up', { unit: 'activating' }, () => {}, ['kill', 'restart'], again],
    [
      'a guest that did not come up, and whose start systemd gives up just then',
      { unit: 'activating' },
      () => {
        const givenUp: Moment = { unit: 'deactivating', job: '7', result: 'timeout' };
        Object.assign(host, { now: givenUp, next: [{ unit: 'failed' }] });
      },
      ['start'],
      again,
    ],
    ['none that was stopped just after it', unhealthy, stops({ isStopped: true }), [], leftAlone],
    ['none that is being stopped', unhealthy, stops({ job: '7' }), [], leftAlone],
    [
      'none whose stop comes just before its restart, which systemd then refuses',
      unhealthy,
      () => {
        unit.onRestart = () => {
          unit.job = '7';
          throw new Error('Transaction is destructive');
        };
      },
      [],
      leftAlone,
    ],
  ])('that is bad starts again %s', async (_, now, meanwhile, done, next) => {
    list.splice(0, list.length, deployment('b'), deployment('a'));
    beginTrial('mail', trialOf('b', 'a'));
    Object.assign(host, { now, next: [] });
    unit.onRecord = meanwhile;
    await expect(assess(guest, report)).rejects.toMatchObject({ remedy: expect.stringMatching(next) });
    expect(unit.done).toEqual(done);
  });

  describe('with a full disk', () => {
    const broken = { unit: 'active', system: 'degraded', failed: 'bad.service loaded failed failed Bad' };
    const begin = (now: Moment, left: number) => {
      list.splice(0, list.length, deployment('b'), deployment('a'));
      writeBaseline('mail', { failedUnits: [] });
      beginTrial('mail', { ...trialOf('b', 'a'), left });
      Object.assign(host, { now, next: [] });
      disk.isFull = true;
    };
    const warnings: string[] = [];
    const telling = { ...report, warn: (text: string) => void warnings.push(text) };

    test('starts a guest again whose last try failed', async () => {
      begin(broken, 0);
      await expect(assess(guest, telling)).rejects.toThrow('bad.service failed');
      expect(unit.done).toEqual(['restart']);
      expect(readRejection('mail', deployment('b').checksum)).toBeUndefined();
      expect(warnings).toEqual([expect.stringMatching(/No space left .*tries that again/)]);
    });

    test('blesses a healthy one', async () => {
      begin({ unit: 'active', system: 'running' }, 1);
      unit.onRecord = () => unit.done.push('record');
      await assess(guest, telling);
      expect(unit.done).toEqual(['record']);
      expect(readTrial('mail', deployment('b').name)).toBeUndefined();
    });
  });
});

describe('an assessment that was lost', () => {
  const telling = { step: () => undefined, progress: () => undefined, warn: () => undefined };
  const active: Moment = { unit: 'active' };

  test.each<[title: string, now: Moment, onTrial: string, more: Partial<typeof unit>, done: string[]]>([
    ['begins anew', active, 'b', {}, ['start']],
    ['begins anew, also if it has failed', active, 'b', { assessment: 'failed' }, ['start']],
    ['goes on', active, 'b', { assessment: 'active' }, []],
    ['is none if the guest is about to be started again', active, 'b', { job: '7' }, []],
    ['is none if the guest starts', { unit: 'activating' }, 'b', {}, []],
    ['is none if the guest is down', { unit: 'failed' }, 'b', {}, []],
    ['is none if nothing is on trial', active, 'c', {}, []],
  ])('%s', async (_, now, onTrial, more, done) => {
    list.splice(0, list.length, deployment('b'), deployment('a'));
    beginTrial('mail', trialOf(onTrial, 'a'));
    Object.assign(host, { now, next: [] });
    Object.assign(unit, more);
    await resumeAssessment(guest, telling);
    expect(unit.done).toEqual(done);
  });

  test('is none if the guest does not run what is on trial', async () => {
    list.splice(0, list.length, deployment('c'), deployment('b'));
    beginTrial('mail', trialOf('c', 'b'));
    Object.assign(host, { now: active, next: [] });
    await resumeAssessment(guest, telling);
    expect(unit.done).toEqual([]);
  });
});
