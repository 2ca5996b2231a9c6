// Mirrors as `guestctl mirrors` knows them.
import type { MirrorOverview } from '../../src/guestctl/mirrors.ts';
import { noTimer } from '../../src/guestctl/run-timer.ts';
import { checksumFrom } from '../../src/ostree/names.ts';
import { mirrorOf } from './read.ts';

const mirror = (name: string) =>
  mirrorOf(`[Mirror]\nURL=https://ostree.example.org\nRef=${name}/*\nRepository=/srv/${name}\n`, name);

// Times are shown in local time.
process.env['TZ'] = 'UTC';

const checksum = checksumFrom('b'.repeat(64));
const ended = Date.parse('2026-11-24T04:00:00Z');
const old = Date.parse('2026-11-14T04:00:00Z');

export const failing: MirrorOverview = {
  mirror: mirror('debian'),
  state: 'failed',
  timer: { isEnabled: true, next: new Date('2026-11-25T00:12:00Z') },
  result: { ended, failure: 'cannot fetch debian/13\nand more', lastSuccess: 1_795_000_000_000 },
  isHidden: false,
  refs: [
    {
      ref: 'debian/12',
      commit: { checksum, version: '12.3', made: old, since: old },
      stale: 'debian/12 has had nothing new for 10 days',
      end: undefined,
    },
    { ref: 'debian/13', commit: { checksum, since: ended }, stale: undefined, end: undefined },
    { ref: 'debian/9', commit: { checksum, since: old }, stale: undefined, end: ended },
  ],
};

/** Seen by somebody else than root. */
export const running: MirrorOverview = {
  mirror: mirror('fedora'),
  state: 'running',
  timer: noTimer,
  result: undefined,
  isHidden: true,
  refs: [],
};

export const neverRun: MirrorOverview = {
  mirror: mirror('new'),
  state: 'idle',
  timer: noTimer,
  result: undefined,
  isHidden: false,
  refs: [],
};
