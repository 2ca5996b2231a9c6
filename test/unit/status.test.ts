// `guestctl status` as it is read, and the form for scripts.
import { expect, test } from 'vitest';
import type { GuestFault } from '../../src/guestctl/guest-fault.ts';
import { overviewJson, statusJson } from '../../src/guestctl/screens/json.ts';
import { statusText } from '../../src/guestctl/screens/status.ts';
import { wrapped } from '../../src/guestctl/screens/wrapped.ts';
import {
  details,
  edited,
  failed,
  held,
  notCreated,
  onTrial,
  rebased,
  rollingBack,
  running,
  runsOlder,
  screen,
  undeployed,
  unjudged,
  updating,
  waiting,
  withoutLock,
  withPackages,
  withStaged,
} from './overviews.ts';
import { guestOf } from './read.ts';

const nothing = { space: new Map<string, number>(), machine: undefined };

test.each([
  [
    'runs, with an update staged',
    withStaged,
    `
      mail - Mail server
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: running since Tue 2026-11-24 04:49:42 UTC
        Running: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
         Staged: site:debian/12/server (cccccccccccc) on Tue 2026-11-24 04:56:00 UTC
           Next: the staged update; boot it: guestctl reboot mail
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed: * Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                   Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'runs, with an update staged that is held back',
    held,
    `
      mail - Mail server
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: running since Tue 2026-11-24 04:49:42 UTC
        Running: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
         Staged: site:debian/12/server (cccccccccccc) on Tue 2026-11-24 04:56:00 UTC
        Applied: from Tue 2026-11-24 23:00:00 UTC, only in a maintenance window; at any time: guestctl switch mail
           Next: the running deployment
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed: * Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                   Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'runs, with an update staged that waits for a window',
    { ...held, hold: { from: undefined, isOnlyInWindow: true } },
    `
      mail - Mail server
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: running since Tue 2026-11-24 04:49:42 UTC
        Running: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
         Staged: site:debian/12/server (cccccccccccc) on Tue 2026-11-24 04:56:00 UTC
        Applied: only in a maintenance window; at any time: guestctl switch mail
           Next: the running deployment; in a maintenance window, the staged update
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed: * Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                   Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'could not deploy what is staged',
    undeployed,
    `
      mail - Mail server
        Trouble: the start on Tue 2026-11-24 05:01:00 UTC failed to deploy the update. Cannot deploy cccccccccccc: Modified config file newly defaults to directory 'app.conf', cannot merge. Rename or remove that file in /etc
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: running since Tue 2026-11-24 04:49:42 UTC
        Running: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
         Staged: site:debian/12/server (cccccccccccc) on Tue 2026-11-24 04:56:00 UTC
           Next: the running deployment, unless the staged update can be deployed then
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed: * Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                   Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'was rebased by hand',
    rebased,
    `
      mail - Mail server
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
                 rebased inside the guest to own:own/other
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: running since Tue 2026-11-24 04:49:42 UTC
        Running: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
           Next: the running deployment
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed: * Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                   Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'runs a deployment on trial, after one that failed',
    onTrial,
    `
      mail - Mail server
        Trouble: dddddddddddd is not used: bad.service failed, and had not failed before. To try it again: guestctl forgive mail
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: running since Tue 2026-11-24 04:49:42 UTC
        Running: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0), on trial, 1 of 2 starts left
           Next: the running deployment
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed: * Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                   Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'is to be rolled back',
    rollingBack,
    `
      mail - Mail server
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: running since Tue 2026-11-24 04:49:42 UTC
        Running: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
           Next: Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0): guestctl reboot mail
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed: * Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                   Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'runs what was the default before',
    runsOlder,
    `
      mail - Mail server
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: running since Tue 2026-11-24 04:49:42 UTC
        Running: Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
           Next: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0): guestctl reboot mail
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed:   Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                 * Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'has failed, and so has its update',
    failed,
    `
      mail - Mail server
        Trouble: the guest has failed, because the host lacks something: Failed to create control group inotify object: Too many open files. See: guestctl doctor. Then: guestctl start mail
                 the last update failed. Cannot pull. Try again. More: systemctl status ostree-guest-update@mail.service
       Declared: mail.guest
         Source: site:debian/12/server (file:///srv/mirror/repo)
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: FAILED
        Running: -
           Next: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0): guestctl start mail
         Update: next Tue 2026-11-24 23:10:05 UTC
       Deployed:   Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)
                   Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0)
    `,
  ],
  [
    'is only declared',
    notCreated,
    `
      mail - OSTree guest mail
       Declared: mail.guest
         Source: site:x
        Sysroot: /var/lib/ostree-guests/mail/sysroot
          State: not created
        Running: -
           Next: create it: guestctl update mail
         Update: not scheduled: systemctl enable --now ostree-guest-update@mail.timer
    `,
  ],
])('a guest that %s', (_, overview, text) => {
  expect(statusText(overview, nothing)).toBe(screen(text));
});

test.each<[title: string, fault: GuestFault | undefined, text: string]>([
  [
    'lacked something of the host',
    { kind: 'lack', text: 'the file system of /srv is full' },
    'the guest has failed, because the host lacks something: the file system of /srv is full. See: guestctl doctor. Then: guestctl start mail',
  ],
  [
    'had an error',
    { kind: 'error', text: 'Failed to stat /srv/data: No such file or directory' },
    'the guest has failed: Failed to stat /srv/data: No such file or directory. More: guestctl logs mail -n 50',
  ],
  [
    'ended without one',
    { kind: 'lastWords', text: 'Exiting PID 1' },
    'the guest has failed. The last line on its console: Exiting PID 1. More: guestctl logs mail -n 50',
  ],
  [
    'failed for an unknown reason',
    undefined,
    'the guest has failed, see: systemctl status systemd-nspawn@mail.service',
  ],
])('why a guest %s, in text and in the form for scripts', (_, fault, text) => {
  const overview = { ...failed, fault, update: running.update };
  expect(statusText(overview, nothing)).toContain(`Trouble: ${text}\n`);
  expect(overviewJson(overview).troubles).toEqual([{ kind: 'start failed', message: text }]);
});

test('a guest that runs, and could not be judged for lack of something', () => {
  const message = unjudged.unjudged?.reason ?? '';
  expect(statusText(unjudged, nothing)).toContain(`Trouble: ${message}\n`);
  expect(overviewJson(unjudged).troubles).toEqual([{ kind: 'not assessed', message }]);
  expect(overviewJson({ ...unjudged, unjudged: { reason: undefined } }).troubles).toEqual([
    {
      kind: 'not assessed',
      message:
        'there is no verdict on the deployment on trial, see: systemctl status ostree-guest-assess@mail.service',
    },
  ]);
});

test('what is due comes before what the next start boots', () => {
  expect(statusText(edited, nothing).split('\n').slice(6, 10)).toEqual([
    '      Due: systemd has not read the guest file as it is now: systemctl daemon-reload',
    '           the guest file asks for another tree. Update first: guestctl update mail',
    '           the machine was started with other options or credentials: guestctl reboot mail',
    '     Next: the running deployment',
  ]);
});

test('at 80 columns long lines are broken between words, and commands stay whole', () => {
  const lines = statusText(onTrial, details, { width: 80 }).split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'mail - Mail server',
    '  Trouble: dddddddddddd is not used: bad.service failed, and had not failed',
    '           before. To try it again: guestctl forgive mail',
    ' Declared: mail.guest',
  ]);
  expect(lines.slice(-3)).toEqual([
    '           own',
    '             Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0), 512 bytes of',
    '           its own',
  ]);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(wrapped('run this: systemctl enable --now x.timer; then that', 30, '  ')).toEqual([
    '  run this: systemctl enable',
    '  --now x.timer; then that',
  ]);
  expect(wrapped('run this: guestctl update mail. Then go on', 25, '')).toEqual([
    'run this:',
    'guestctl update mail.',
    'Then go on',
  ]);
});

// One line of a screen whose other lines are above.
test.each([
  ['there is nothing new', running, '     Next: the running deployment'],
  [
    'an update is running',
    { ...running, update: { ...running.update, state: 'running', status: 'Receiving: 31%' } } as const,
    '   Update: now: Receiving: 31%',
  ],
  ['the guest is starting', updating, '     Next: the deployment that is starting now'],
  ['there is a maintenance window', waiting, '   Window: next Tue 2026-11-24 08:00:00 UTC'],
  ['packages are added', withPackages, ' Packages: postfix, vim, without nano'],
])('where %s', (_, overview, line) => {
  expect(statusText(overview, nothing).split('\n')).toContain(line);
});

test('an update waits for a lock, and which one the guest may hold', () => {
  const lines = statusText(withoutLock, nothing).split('\n');
  expect(lines.filter((line) => /Applied|Lock|Next/.test(line))).toEqual([
    '  Applied: with the lock of FleetLock=, asked for since Tue 2026-11-24 05:00:00 UTC: no lock is free (HTTP 423, lock_held); without it: guestctl switch --force mail',
    '     Lock: asked for since Tue 2026-11-24 05:00:00 UTC, group web at https://lock. It could not be given back: no answer within 10 s. See: guestctl logs mail',
    '     Next: the running deployment; with the lock, the staged update',
  ]);
  expect(overviewJson(withoutLock)).toMatchObject({
    staged: {
      waitsForLock: {
        kind: 'full',
        reason: 'no lock is free (HTTP 423, lock_held)',
        since: '2026-11-24T05:00:00.000Z',
      },
    },
    lock: { url: 'https://lock', group: 'web', held: false, fault: 'no answer within 10 s' },
    troubles: [],
  });
  const { hold } = withoutLock;
  if (!hold?.lock) throw new Error('it does not wait');
  const lock = { ...hold.lock, kind: 'mistake', reason: 'mail.guest:9: HTTP 400' } as const;
  expect(overviewJson({ ...withoutLock, hold: { ...hold, lock } }).troubles).toEqual([
    { kind: 'no lock', message: 'the update waits, because mail.guest:9: HTTP 400' },
  ]);
});

test('an update waits for its rehearsal', () => {
  const unrehearsed = { ...held, hold: { from: undefined, isOnlyInWindow: false, isUnrehearsed: true } };
  const lines = statusText(unrehearsed, nothing).split('\n');
  expect(lines.filter((line) => /Applied|Next/.test(line))).toEqual([
    '  Applied: once it has been rehearsed; at any time: guestctl switch mail',
    '     Next: the running deployment; after its rehearsal, the staged update',
  ]);
  expect(overviewJson(unrehearsed)).toMatchObject({ staged: { waitsForRehearsal: true } });
});

test('a guest that is stopped, and whose update waits for a window, starts what it ran from', () => {
  const waits = { ...held, state: 'stopped' as const, running: undefined };
  const next = (overview: typeof held) => /Next: .*/.exec(statusText(overview, nothing))?.[0];
  const forWindow = { ...waits, hold: { from: undefined, isOnlyInWindow: true } };
  const start = 'Next: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0): guestctl start mail';
  expect(next(waits)).toBe(start);
  expect(next(forWindow)).toBe(`${start}; in a maintenance window, the staged update`);
});

test('what its machine takes, where it is reached, and what each deployment has for itself', () => {
  expect(statusText(running, details).split('\n').slice(5)).toEqual([
    '  Running: Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0)',
    '     Uses: 34.6 MB of memory, 2.1 s of CPU, 21 tasks',
    '  Address: 10.0.0.2',
    '           fe80::1',
    '     Next: the running deployment',
    '   Update: next Tue 2026-11-24 23:10:05 UTC',
    ' Deployed: * Debian GNU/Linux 13 (trixie) 13.2 (bbbbbbbbbbbb.0), 1.3 GB of its own',
    '             Debian GNU/Linux 13 (trixie) 13.1 (aaaaaaaaaaaa.0), 512 bytes of its own',
  ]);
  expect(statusJson(running, details)).toMatchObject({
    network: { kind: 'veth', zone: null, bridge: null, ports: [] },
    machine: {
      memory: 34_560_000,
      cpu: 2.1,
      tasks: 21,
      addresses: ['10.0.0.2', 'fe80::1'],
      links: ['ve-mail'],
    },
    deployments: [{ unique: 1_340_000_000 }, { unique: 512 }],
  });
});

test.each([
  ['Port=8080:80\nPort=443', 'Port=8080:80 443', { kind: 'veth', ports: ['8080:80', '443'] }],
  ['Zone=web\nPort=443', 'Zone=web, Port=443', { kind: 'veth', zone: 'web', ports: ['443'] }],
  ['Bridge=br0', 'Bridge=br0', { kind: 'veth', bridge: 'br0', ports: [] }],
  ['Private=yes', 'of its own, without a link to the host', { kind: 'private' }],
  ['VirtualEthernet=no', "the host's", { kind: 'host' }],
])('the network of a guest with %s', (network, words, told) => {
  const guest = guestOf(`[Guest]\nRef=site:a\n[Remote]\nURL=file:///srv\n[Network]\n${network}\n`);
  expect(statusText({ ...running, guest }, nothing)).toContain(`  Network: ${words}\n`);
  expect(statusJson({ ...running, guest }, nothing).network).toMatchObject(told);
});

test('the form for scripts has all of it, with commits in full and null for what is not', () => {
  const second = {
    checksum: 'b'.repeat(64),
    serial: 0,
    title: 'Debian GNU/Linux 13 (trixie) 13.2',
    version: '13.2',
  };
  const first = {
    checksum: 'a'.repeat(64),
    serial: 0,
    title: 'Debian GNU/Linux 13 (trixie) 13.1',
    version: '13.1',
  };
  const sysroot = '/var/lib/ostree-guests/mail/sysroot';
  const unapplied = { reload: false, update: false, reboot: false };
  const calm = {
    lock: null,
    hidden: false,
    damage: null,
    troubles: [],
    unapplied,
    rollback: null,
    trial: null,
    rejected: [],
  };
  expect([withStaged, notCreated].map(overviewJson)).toEqual([
    {
      name: 'mail',
      description: 'Mail server',
      file: 'mail.guest',
      source: 'site:debian/12/server',
      sysroot,
      state: 'running',
      since: '2026-11-24T04:49:42.000Z',
      running: second,
      deployments: [second, first],
      staged: {
        checksum: 'c'.repeat(64),
        refspec: 'site:debian/12/server',
        since: '2026-11-24T04:56:00.000Z',
        appliedFrom: null,
        onlyInWindow: false,
        waitsForRehearsal: false,
        waitsForLock: null,
        failure: null,
      },
      ...calm,
      update: {
        state: 'idle',
        fault: null,
        next: '2026-11-24T23:10:05.000Z',
        window: null,
        timer: 'enabled',
        windowTimer: null,
      },
    },
    {
      name: 'mail',
      description: 'OSTree guest mail',
      file: 'mail.guest',
      source: 'site:x',
      sysroot,
      state: 'not created',
      since: null,
      running: null,
      staged: null,
      deployments: [],
      ...calm,
      update: { state: 'idle', fault: null, next: null, window: null, timer: 'disabled', windowTimer: null },
    },
  ]);
});

test('for scripts, too: what is on trial, what failed, and what is asked for', () => {
  const [trial, rollback] = [onTrial, rollingBack].map(overviewJson);
  const reason = 'bad.service failed, and had not failed before';
  expect(trial).toMatchObject({
    trial: { tries: 2, left: 1, fallback: `${'a'.repeat(64)}.0` },
    troubles: [{ kind: 'rejected', message: expect.stringContaining('guestctl forgive mail') }],
    rejected: [{ checksum: 'd'.repeat(64), reason, since: '1970-01-01T00:00:00.000Z' }],
  });
  expect(rollback?.rollback).toBe(`${'a'.repeat(64)}.0`);
});
