// Tests of docs/prometheus/ostree-guests.rules.yml for promtool(1), with the series that our own code writes.

import type { BuildOverview } from '../../src/guestctl/builds.ts';
import { type GuestFacts, metricsText } from '../../src/guestctl/metrics/text.ts';
import type { MirrorOverview } from '../../src/guestctl/mirrors.ts';
import type { BrokenGuest } from '../../src/guestctl/overview.ts';
import { publishing, unpublished } from '../unit/build-overviews.ts';
import { factsOf } from '../unit/guest-facts.ts';
import { failing } from '../unit/mirror-overviews.ts';
import {
  broken,
  failed,
  onTrial,
  running,
  stoppedWithStaged,
  undeployed,
  withoutLock,
  withStaged,
} from '../unit/overviews.ts';

const calm = factsOf(running, { lastSuccess: new Date(0) });
const stagedIn1970 = { ...withStaged, staged: withStaged.staged && { ...withStaged.staged, time: 0 } };
const { hold } = withoutLock;
const refused = {
  ...withoutLock,
  hold: hold?.lock && { ...hold, lock: { ...hold.lock, kind: 'mistake' as const } },
};
const updateFailed = { ...running, update: failed.update };

interface Case {
  /** A guest in the state that the alert is about, ... */
  readonly facts?: GuestFacts;
  readonly broken?: BrokenGuest;
  readonly builds?: readonly BuildOverview[];
  readonly mirrors?: readonly MirrorOverview[];
  /** The label that names whose alert it is; the guest by default. */
  readonly of?: string;
  /** ... when the alert does not fire yet, unless it fires at once, and when it does. */
  readonly before?: string;
  readonly fires: string;
}

const alerts: Readonly<Record<string, Case>> = {
  OstreeGuestDown: { facts: factsOf(stoppedWithStaged), before: '14m', fires: '16m' },
  OstreeGuestStartFailed: { facts: factsOf(failed), before: '4m', fires: '8m' },
  OstreeGuestDamaged: { broken, fires: '4m' },
  OstreeGuestUpdateFailed: { facts: factsOf(updateFailed), before: '59m', fires: '64m' },
  OstreeGuestUpdateRejected: { facts: factsOf(onTrial), fires: '4m' },
  OstreeGuestUpdateNotDeployed: { facts: factsOf(undeployed), fires: '4m' },
  OstreeGuestLockRefused: { facts: factsOf(refused), before: '4m', fires: '12m' },
  OstreeGuestUpdateOverdue: { facts: calm, before: '73h', fires: '74h' },
  OstreeGuestUpdateWaits: { facts: factsOf(stagedIn1970), before: '337h', fires: '338h' },
  OstreeGuestBuildFailed: {
    builds: [unpublished],
    of: `build="${unpublished.build.name}"`,
    before: '59m',
    fires: '64m',
  },
  OstreeGuestBuildNotPublished: {
    builds: [publishing],
    of: `build="${publishing.build.name}"`,
    before: '59m',
    fires: '64m',
  },
  OstreeGuestMirrorFailed: {
    mirrors: [{ ...failing, refs: [] }],
    of: `mirror="${failing.mirror.name}"`,
    before: '59m',
    fires: '64m',
  },
};

/** Returns the file for `promtool test rules`, whose clock begins in 1970. JSON is YAML. */
export const alertTests = (rules: string): string =>
  JSON.stringify({
    rule_files: [rules],
    evaluation_interval: interval,
    tests: [
      // A guest that is well: not one alert.
      { ...seriesOf({ facts: calm, fires: '' }), promql_expr_test: [firing('ALERTS', '2h', [])] },
      ...Object.entries(alerts).map(([alert, one]) => {
        const { of = `guest="${one.broken?.broken.name ?? 'mail'}"` } = one;
        const selected = `ALERTS{alertname="${alert}"}`;
        const fired = [{ labels: `{alertname="${alert}", ${of}}`, value: 1 }];
        const before = one.before === undefined ? [] : [firing(selected, one.before, [])];
        return { ...seriesOf(one), promql_expr_test: [...before, firing(selected, one.fires, fired)] };
      }),
    ],
  });

const firing = (alerts: string, time: string, expected: readonly object[]) => ({
  expr: `count by (alertname, guest, build, mirror) (${alerts} and ALERTS{alertstate="firing"})`,
  eval_time: time,
  exp_samples: expected,
});

/** Not every minute, which takes seconds. A series ends five minutes after its last sample. */
const interval = '4m';

/** Returns what node_exporter makes of our file, for longer than any alert takes. */
function seriesOf({ facts, broken: one, builds = [], mirrors = [] }: Case) {
  const sources = {
    builds: { overviews: builds, broken: [] },
    mirrors: { overviews: mirrors, broken: [] },
  };
  const text = metricsText(facts ? [facts] : [], one ? [one] : [], sources);
  const samples = text.split('\n').filter((line) => /^\w/.test(line));
  const series = samples.map((line) => {
    const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return {
      series: `${name}{${[labels, 'instance="host:9100"'].filter(Boolean).join(',')}}`,
      values: `${value}x${(15 * 24 * 60) / 4}`,
    };
  });
  return { interval, input_series: series };
}
