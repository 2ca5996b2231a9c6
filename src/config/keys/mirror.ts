import type { Descriptions } from '../description.ts';
import type { KeyRow, Tables } from '../key-table.ts';
import { duration, path, refGlob, text, timeSpan, wholeFrom } from '../types.ts';
import { keysOfService } from './build.ts';
import { proxyHelp, remoteHelp, remoteKeys } from './guest.ts';
import { timerKeys, unitKeys } from './unit.ts';

/** Every key that a mirror file may have. */
export const mirrorTables = (): Tables => ({
  Mirror: (): KeyRow[] => [
    [text, ['Description']],
    [path, ['Repository']],
    [refGlob, ['Ref']],
    ...remoteKeys(),
    [wholeFrom(0), ['Deltas']],
    [wholeFrom(1), ['Keep']],
    [duration, ['FreshnessSec']],
    [text, ['OnCalendar']],
    [timeSpan, ['RandomizedDelaySec']],
  ],
  Unit: unitKeys,
  Service: keysOfService,
  Timer: timerKeys,
});

// What the manual says of them.

export const mirrorHelp = (): Descriptions => ({
  Description: { help: 'A description of the mirror for people.', default: 'Mirror NAME' },
  Repository:
    'The directory of the repository that clients pull from, such as /srv/mirror. Make it with mkdir; the first run makes the repository in it. Each mirror needs its own.',
  ...remoteHelp(),
  ProxyURL: proxyHelp('ostree-guest-mirror@.service'),
  URL: 'The URL of the repository to mirror: file:///, https:// or http://. With http:// anybody on the network path can replace the trees, so a key is required, or GPGVerify=no.',
  Ref: {
    help: 'A ref to mirror, under its own name. * stands for any text without a slash, ? for one character of it: debian/*/server. A pattern finds only refs that the summary of the upstream repository lists. A ref that is no longer mirrored is removed after 30 days.',
    repeatable: true,
  },
  Deltas: {
    help: 'From how many of the last commits to make static deltas to each new one. Clients that have one of these commits download only what changed.',
    default: '2',
  },
  Keep: {
    help: 'How many commits of each ref stay in the repository, with their deltas. An older one is removed a day after the next one arrived, so that running pulls can complete.',
    default: '3',
  },
  FreshnessSec: {
    help: 'The maximum age of the newest commit of each ref: 8d for an upstream that publishes weekly. If a ref has nothing newer, the run fails, and guestctl mirrors and guestctl doctor report it: somebody may hold back updates. The age is that of the commit, or the time since it arrived if that is longer.',
    default: 'no limit',
  },
  OnCalendar: {
    help: 'When ostree-guest-mirror@NAME.timer, if enabled, runs the mirror. A calendar expression as in systemd.time(7).',
    default: 'daily',
    repeatable: true,
  },
  RandomizedDelaySec: { help: 'The maximum random delay of this timer.', default: '1h' },
});
