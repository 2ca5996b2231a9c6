// Builds as `guestctl builds` knows them.
import { readBuild } from '../../src/config/build.ts';
import type { BuildOverview } from '../../src/guestctl/builds.ts';
import { noTimer } from '../../src/guestctl/run-timer.ts';
import { checksumFrom } from '../../src/ostree/names.ts';

const publish = '[Publish]\nRepository=/srv/ostree\nRef=site/debian\nGPGKey=/etc/credstore/site.key\n';

function build(name: string, more = '') {
  const file = `/etc/ostree-guests/${name}.build`;
  const text = `[Build]\nCommand=make\n${more}`;
  const checked = readBuild(name, file, [{ kind: 'build', file, text }], () => 'host');
  if ('broken' in checked) throw new Error('it is right');
  return checked.build;
}

// Times are shown in local time.
process.env['TZ'] = 'UTC';

const ended = Date.parse('2026-11-24T04:00:00Z');
const checksum = checksumFrom('a'.repeat(64));

export const publishing: BuildOverview = {
  build: build('debian', publish),
  state: 'idle',
  timer: { isEnabled: true, next: new Date('2026-11-25T00:12:00Z') },
  result: { definition: '', ended, checksum },
  isHidden: false,
  published: {
    repository: '/srv/ostree',
    ref: 'site/debian',
    state: 'failed',
    commit: { checksum: checksumFrom('b'.repeat(64)), version: '20261124.0400', since: ended },
    commits: 3,
  },
};

export const unpublished: BuildOverview = {
  build: build('fedora'),
  state: 'failed',
  timer: noTimer,
  result: { definition: '', ended, failure: 'dnf failed' },
  isHidden: false,
  published: undefined,
};

/** Seen by somebody else than root, and never published. */
export const hiddenBuild: BuildOverview = {
  build: build('new', publish),
  state: 'running',
  timer: noTimer,
  result: undefined,
  isHidden: true,
  published: { repository: '/srv/ostree', ref: 'site/new', state: 'idle', commit: undefined, commits: 0 },
};
