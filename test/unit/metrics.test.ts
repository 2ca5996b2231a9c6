// What is written for node_exporter, and that alerts, the dashboard and the docs know of nothing else.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Sources } from '../../src/guestctl/metrics/sources-text.ts';
import { type GuestFacts, metricsText } from '../../src/guestctl/metrics/text.ts';
import { hiddenBuild, publishing, unpublished } from './build-overviews.ts';
import { factsOf, ofGuest } from './guest-facts.ts';
import { failing, running as mirroring, neverRun } from './mirror-overviews.ts';
import {
  broken,
  edited,
  failed,
  onTrial,
  running,
  stoppedWithStaged,
  undeployed,
  withoutLock,
} from './overviews.ts';

const lastUpdate: GuestFacts['lastUpdate'] = {
  guest: 'mail',
  action: 'update',
  outcome: 'staged',
  trigger: 'timer',
  seconds: 3.4,
  message: '',
  time: new Date('2026-11-24T04:56:00Z'),
};
const { running: newest } = running;
const all = [
  factsOf(running, {
    lastUpdate,
    lastSuccess: new Date('2026-11-25T04:56:00.123Z'),
    space: { all: 267_000_000, own: 7_300_000 },
  }),
  factsOf(ofGuest('trial', onTrial), { isEnabled: false }),
  factsOf(ofGuest('failed', failed)),
  factsOf(ofGuest('staged', stoppedWithStaged)),
  factsOf(ofGuest('undeployed', undeployed), { lastUpdate }),
  factsOf(ofGuest('edited', edited)),
  factsOf(ofGuest('locked', withoutLock)),
];
const brokenSource = (name: string) => ({ name, file: `/etc/ostree-guests/${name}`, problems: [] });
const sources: Sources = {
  builds: { overviews: [publishing, unpublished, hiddenBuild], broken: [brokenSource('wrong')] },
  mirrors: { overviews: [failing, mirroring, neverRun], broken: [] },
};
const text = metricsText(all, [broken], sources);
const lines = text.trim().split('\n');
const samples = lines.filter((line) => !line.startsWith('#'));
const of = (name: string, guest = 'mail') =>
  samples.find((line) => line.startsWith(`${name}{guest="${guest}"`))?.replace(/^.* /, '');

test('each guest has its values', () => {
  expect(lines.slice(0, 3)).toEqual([
    '# HELP ostree_guests Guests that are declared.',
    '# TYPE ostree_guests gauge',
    'ostree_guests 8',
  ]);
  expect(samples).toContain(
    'ostree_guest_info{guest="mail",source="site:debian/12/server",version="13.2",commit="bbbbbbbbbbbb"} 1',
  );
  const values: Record<string, [guest: string, value: string | undefined][]> = {
    ostree_guest_running: [
      ['mail', '1'],
      ['failed', '0'],
      ['wiki', '1'],
    ],
    ostree_guest_enabled: [
      ['mail', '1'],
      ['trial', '0'],
      ['wiki', undefined],
    ],
    ostree_guest_staged: [
      ['mail', '0'],
      ['staged', '1'],
    ],
    ostree_guest_staged_timestamp_seconds: [
      ['mail', undefined],
      ['staged', String(Date.parse('2026-11-24T04:56:00Z') / 1000)],
    ],
    ostree_guest_lock_waiting: [
      ['mail', '0'],
      ['locked', '1'],
    ],
    ostree_guest_lock_held: [
      ['mail', '0'],
      ['locked', '1'],
    ],
    ostree_guest_on_trial: [
      ['mail', '0'],
      ['trial', '1'],
    ],
    ostree_guest_rejected_commits: [
      ['mail', '0'],
      ['trial', '1'],
    ],
    ostree_guest_update_last_success_timestamp_seconds: [
      ['mail', String(Date.parse('2026-11-25T04:56:00.123Z') / 1000)],
      ['undeployed', undefined],
    ],
    ostree_guest_update_last_attempt_timestamp_seconds: [
      ['mail', String(Date.parse('2026-11-25T04:56:00.123Z') / 1000)],
      ['undeployed', String(Date.parse('2026-11-24T04:56:00Z') / 1000)],
      ['failed', undefined],
    ],
    ostree_guest_update_duration_seconds: [['mail', '3.4']],
    ostree_guest_tree_bytes: [
      ['mail', '267000000'],
      ['trial', undefined],
    ],
    ostree_guest_tree_own_bytes: [['mail', '7300000']],
  };
  for (const [name, expected] of Object.entries(values))
    for (const [guest, value] of expected) expect(of(name, guest), `${name} of ${guest}`).toBe(value);
});

test('a trouble has a value of 0 while there is none, so that an alert ends', () => {
  const troubles = samples.filter((line) => line.startsWith('ostree_guest_trouble'));
  const kindsOf = (guest: string, value: number) =>
    troubles.flatMap((line) => {
      const [, of, kind, found] = /\{guest="(.*?)",kind="(.*?)"\} (\d)/.exec(line) ?? [];
      return of === guest && Number(found) === value ? [kind] : [];
    });
  expect(kindsOf('mail', 1)).toEqual([]);
  expect(kindsOf('mail', 0)).toHaveLength(8);
  expect(kindsOf('failed', 1)).toEqual(['start failed', 'update failed']);
  expect(kindsOf('trial', 1)).toEqual(['rejected']);
  expect(kindsOf('undeployed', 1)).toEqual(['not deployed']);
  expect(kindsOf('wiki', 1)).toEqual(['file has mistakes']);
});

test('builds and mirrors have what failed, and when a run last succeeded', () => {
  const ended = Date.parse('2026-11-24T04:00:00Z') / 1000;
  const found = samples.filter((line) => /^ostree_guest_(build|mirror)_/.test(line));
  expect(found.filter((line) => !line.endsWith(' 0'))).toEqual([
    'ostree_guest_build_trouble{build="debian",kind="not published"} 1',
    'ostree_guest_build_trouble{build="fedora",kind="failed"} 1',
    'ostree_guest_build_trouble{build="wrong",kind="file has mistakes"} 1',
    `ostree_guest_build_last_attempt_timestamp_seconds{build="debian"} ${ended}`,
    `ostree_guest_build_last_attempt_timestamp_seconds{build="fedora"} ${ended}`,
    `ostree_guest_build_last_success_timestamp_seconds{build="debian"} ${ended}`,
    'ostree_guest_mirror_trouble{mirror="debian",kind="failed"} 1',
    'ostree_guest_mirror_trouble{mirror="debian",kind="nothing new"} 1',
    `ostree_guest_mirror_last_attempt_timestamp_seconds{mirror="debian"} ${ended}`,
    'ostree_guest_mirror_last_success_timestamp_seconds{mirror="debian"} 1795000000',
  ]);
  // Those that are well, too, so that an alert ends.
  expect(found).toContain('ostree_guest_build_trouble{build="debian",kind="failed"} 0');
  expect(found).toContain('ostree_guest_mirror_trouble{mirror="new",kind="nothing new"} 0');
});

test('a text of a tree or a guest file stays a value of a label, whatever it has', () => {
  const origin = {
    kind: 'ostree',
    remoteName: 'a\\"} 1\nevil{b="',
    ref: '\u001b[31m\ud800',
  } as const;
  const title = `Debian 1${'2'.repeat(5000)}`;
  const hostile = {
    ...running,
    guest: { ...running.guest, origin },
    running: newest && { ...newest, title },
  };
  const info = metricsText([factsOf(hostile)], []).match(/^ostree_guest_info.*$/gm) ?? [];
  expect(info).toHaveLength(1);
  const value = String.raw`"(?:[^"\\]|\\["\\])*"`;
  expect(info[0]).toMatch(
    new RegExp(`^ostree_guest_info\\{guest="mail",source=${value},version=${value},commit="b{12}"\\} 1$`),
  );
  expect(info[0]).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  expect(info[0]?.length).toBeLessThan(600);
});

test('without guests there is nothing but their number', () => {
  expect(metricsText([], []).match(/^\w.*$/gm)).toEqual(['ostree_guests 0']);
});

const metrics = new Set(samples.map((line) => line.replace(/[{ ].*/, '')));
const namesIn = (file: string) => new Set(readFileSync(file, 'utf8').match(/\bostree_guest\w+/g));

test('docs/metrics.md has each metric, and no other', () => {
  const rows = readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(ostree_\w+)` \|/gm);
  const mend = 'correct the table in docs/metrics.md';
  expect([...rows].map(([, name]) => name).toSorted(), mend).toEqual([...metrics].toSorted());
});

test.each(['ostree-guests.rules.yml', 'dashboard.json'])('%s uses only metrics that are written', (file) => {
  const names = namesIn(`docs/prometheus/${file}`);
  expect([...names].filter((name) => !metrics.has(name))).toEqual([]);
  expect(names.size).toBeGreaterThan(4);
});

test('docs/metrics.md has each alert, with its time', () => {
  const rules = readFileSync('docs/prometheus/ostree-guests.rules.yml', 'utf8').split('- alert: ').slice(1);
  const times = { '15m': '15 min', '5m': '5 min', '1h': '1 h', '': 'at once' } as const;
  const isTime = (text: string): text is keyof typeof times => text in times;
  const wanted = rules.map((rule) => {
    const time = /^ +for: (.*)$/m.exec(rule)?.[1] ?? '';
    return [rule.split('\n')[0], isTime(time) ? times[time] : time];
  });
  const rows = readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(Ostree\w+)` \| .* \| (.*) \|$/gm);
  expect([...rows].map(([, name, time]) => [name, time])).toEqual(wanted);
});

test('the dashboard is one for Grafana: each panel has its place, and asks the chosen data source', () => {
  const { panels } = JSON.parse(readFileSync('docs/prometheus/dashboard.json', 'utf8')) as {
    panels: {
      id: number;
      gridPos: { x: number; w: number };
      targets: { expr: string; datasource: object }[];
    }[];
  };
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const { gridPos, targets } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (const { expr, datasource } of targets) {
      expect(expr).toContain('instance=~"$instance"');
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana.
      expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
    }
  }
});
