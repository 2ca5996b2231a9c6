// Builds and mirrors in Cockpit: what the page says of what guestctl prints.
import { expect, test } from 'vitest';
import { apart, buildWork, mirrorWork } from '../../src/cockpit/model/site.ts';
import type { ToldBuild, ToldListedMirror } from '../../src/cockpit/told/answers.ts';

const time = '2026-11-27T10:00:00Z';
const commit = { checksum: 'a'.repeat(64), version: '12.1', since: time };

const build: ToldBuild = {
  name: 'debian',
  description: 'Build debian',
  file: '/etc/ostree-guests/debian.build',
  state: 'idle',
  timer: { enabled: false, next: null },
  result: { time, checksum: 'a'.repeat(64), failure: null },
  published: null,
  mistakes: [],
};
const published = {
  repository: '/srv/ostree',
  ref: 'site/debian',
  state: 'idle',
  commits: 2,
  ...commit,
} as const;
const failed = { time, checksum: null, failure: 'it breaks\nin two lines' };

const builds: readonly [
  string,
  ToldBuild,
  { state: string; failure: string; published: readonly string[] },
][] = [
  ['has run', build, { state: 'done', failure: '', published: [] }],
  ['has not run', { ...build, result: null }, { state: 'has not run', failure: '', published: [] }],
  ['runs', { ...build, state: 'running', result: failed }, { state: 'running', failure: '', published: [] }],
  [
    'has failed',
    { ...build, state: 'failed', result: failed },
    { state: 'failed', failure: failed.failure, published: [] },
  ],
  [
    'could not be started',
    { ...build, state: 'failed', result: null },
    { state: 'failed', failure: 'It could not run. The journal says why.', published: [] },
  ],
  [
    'publishes',
    { ...build, published },
    { state: 'done', failure: '', published: ['site/debian 12.1 aaaaaaaa'] },
  ],
  [
    'has published nothing yet',
    { ...build, published: { ...published, checksum: null, version: null, since: null } },
    { state: 'done', failure: '', published: ['site/debian '] },
  ],
  [
    'is being published',
    { ...build, published: { ...published, state: 'running' } },
    { state: 'running', failure: '', published: ['site/debian 12.1 aaaaaaaa'] },
  ],
  [
    'could not be published',
    { ...build, published: { ...published, state: 'failed' } },
    {
      state: 'failed',
      failure: 'Publishing failed. The journal says why.',
      published: ['site/debian 12.1 aaaaaaaa'],
    },
  ],
];

test.each(builds)('a build that %s', (_, told, expected) => {
  const work = buildWork(told, 'en');
  expect({
    state: work.state.text,
    failure: work.failure,
    published: work.published.map(({ ref, commit }) => `${ref} ${commit}`),
  }).toEqual(expected);
});

test('a build is run by systemd, and its description is shown if it has one', () => {
  expect(buildWork(build, 'en')).toMatchObject({
    description: '',
    action: { program: 'systemctl', args: ['start', 'ostree-guest-build@debian.service'] },
  });
  expect(buildWork({ ...build, description: 'For mail' }, 'en').description).toBe('For mail');
});

const mirror: ToldListedMirror = {
  name: 'site',
  description: 'Mirror site',
  file: '/etc/ostree-guests/site.mirror',
  url: 'https://ostree.example',
  repository: '/srv/mirror',
  state: 'idle',
  timer: { enabled: true, next: time },
  result: { time, failure: null, hint: 'The upstream has no summary' },
  refs: [{ ref: 'debian/server', made: time, stale: 'nothing new for 9 days', ...commit }],
  mistakes: [],
};

test('a mirror has its refs, and what is wrong with them', () => {
  const { facts, published, state } = mirrorWork(mirror, 'en');
  expect(state.text).toBe('done');
  expect(published).toMatchObject([
    {
      ref: 'debian/server',
      commit: '12.1 aaaaaaaa',
      repository: '/srv/mirror',
      note: 'nothing new for 9 days',
    },
  ]);
  expect(facts.map(({ name }) => name)).toEqual(['Mirror file', 'Mirrored from', 'Last run', 'Hint']);
});

test('what is seen without privileges has no result', () => {
  expect(mirrorWork({ ...mirror, result: null }, 'en')).toMatchObject({
    state: { text: 'has not run' },
    ran: '',
  });
});

test('the timer that runs it is enabled or disabled, and says when it runs it next', () => {
  const shown = [...buildWork(build, 'en').timers, ...mirrorWork(mirror, 'en').timers];
  expect(shown.map(({ isEnabled, next, action }) => [isEnabled, next !== '', action.args.join(' ')])).toEqual(
    [
      [false, false, 'enable --now ostree-guest-build@debian.timer'],
      [true, true, 'disable --now ostree-guest-mirror@site.timer'],
    ],
  );
});

test('those whose files have mistakes are no works', () => {
  const broken = { ...build, mistakes: ['/etc/ostree-guests/debian.build:1: no'] };
  expect(apart([build, broken])).toEqual({ sound: [build], broken: [broken] });
});
