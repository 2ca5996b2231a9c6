// A mirror on the site: what it fetches and refuses, what its readers see when it is killed, and a stick.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceCgroup } from '../host/cgroup.ts';
import { holdAtEnd, watchGuest } from '../host/disk-events.ts';
import { eventually } from '../host/guests.ts';
import { bootHost, type Host, outside } from '../host/host.ts';
import { type MirrorServer, serveMirror } from '../host/http.ts';
import { makeKey, type SigningKey } from '../host/keys.ts';

const upstream = '/srv/mirror/up';
const repository = '/srv/mirror/site';
const unit = 'ostree-guest-mirror@site.service';
// disk-events.ts takes a directory with two digits for one of objects, and does not watch it.
const [one, two] = ['debian/bookworm/server', 'debian/trixie/server'];

let host: Host;
let key: SigningKey;
let server: MirrorServer;

const mirrorFile = (more = '', url = `${server.url}/up`) => `[Mirror]
URL=${url}
GPGKeyPath=/etc/ostree-guests/site.asc
Ref=debian/*/server
Repository=${repository}
Keep=2
${more}`;

async function declareMirror(name: string, text: string): Promise<void> {
  await host.write(`/etc/ostree-guests/${name}.mirror`, text);
  await host.run('systemctl', 'daemon-reload');
}

/** Commits a tree upstream, signed, as of `minutes` ago. */
async function commit(ref: string, script: string, minutes = 0, sign = true): Promise<string> {
  const signing = sign ? `--gpg-homedir=/var/lib/signing/site --gpg-sign=${key.id}` : '';
  return host.sh(`mkdir -p /srv/tree/usr; cd /srv/tree/usr; ${script}
    ostree --repo=${upstream} commit --branch=${ref} --tree=dir=/srv/tree --add-metadata-string=version=$RANDOM \\
      --timestamp="@$(($(date +%s) - ${minutes} * 60))" ${signing}`);
}

const summary = () => host.sh(`ostree --repo=${upstream} summary --update`);
const commitIn = (repo: string, ref: string) => host.sh(`ostree --repo=${repo} rev-parse ${ref}`);

/** Runs the mirror; returns its errors in the journal. */
async function run(name = 'site'): Promise<string> {
  const since = await host.sh('date +%s.%N');
  await host.try(`systemctl start ostree-guest-mirror@${name}`);
  return host.sh(`journalctl --sync; journalctl -q -o cat -p err --since=@${since} -t ostree-guest-mirror`);
}

const remote = (repo: string, url: string, ...options: string[]) => `
  ostree init --repo=${repo} --mode=bare-user
  ostree --repo=${repo} remote add --gpg-import=${key.path} ${options.join(' ')} site ${url}`;

beforeAll(async () => {
  host = await bootHost();
  key = await makeKey(host);
  await host.sh(`mkdir -p ${repository}; ostree init --repo=${upstream} --mode=archive
    cp ${key.path} /etc/ostree-guests/site.asc`);
  server = await serveMirror(host);
  await commit(one, 'head -c 1000000 /dev/urandom >large; for i in {1..50}; do echo $i >$i; done', 60);
  await commit(two, 'echo 13 >release', 60);
  await commit('debian/trixie/desktop', 'echo desktop >release', 60);
  await summary();
  await declareMirror('site', mirrorFile());
});
afterAll(() => host?.stop());

test('the refs of a pattern are mirrored, verified, with a summary and their signatures', async () => {
  expect(await host.sh('guestctl verify site')).toBe('site: no problem');
  expect(await run()).toBe('');
  expect(await host.sh(`ostree --repo=${repository} refs`)).toBe(`${one}\n${two}`);
  const commits = await Promise.all([one, two].map((ref) => commitIn(upstream, ref)));
  expect(JSON.parse(await host.sh('guestctl mirrors -o json'))).toMatchObject([
    {
      name: 'site',
      state: 'idle',
      result: { failure: null, hint: null },
      refs: [one, two].map((ref, index) => ({ ref, checksum: commits[index], stale: null })),
    },
  ]);
  await host.sh(`${remote('/srv/client', `${server.url}/site`)}
    ostree --repo=/srv/client remote refs site; ostree --repo=/srv/client pull site ${one} ${two}`);
  expect(await commitIn('/srv/client', `site:${one}`)).toBe(commits[0]);
  // Neither the URL nor what was fetched is served.
  expect(await host.sh(`grep -c upstream ${repository}/config || true`)).toBe('0');
});

test('what changed is fetched by the static delta of the upstream, and clients get one, too', async () => {
  const before = await commitIn(upstream, one);
  const next = await commit(one, 'echo more >>large; for i in {1..50}; do echo more >>$i; done', 50);
  await host.sh(`ostree --repo=${upstream} static-delta generate --from=${before} --to=${next}`);
  await summary();
  await server.forget();
  expect(await run()).toBe('');
  const fetched = await server.requests();
  expect(fetched.filter((path) => path.includes('/deltas/')).length).toBeGreaterThan(0);
  expect(fetched.filter((path) => path.endsWith('.filez'))).toEqual([]);
  await server.forget();
  // In two steps, as guests do: in one, the OSTree of Debian 12 fetches the files, too.
  await host.sh(`ostree --repo=/srv/client pull --commit-metadata-only site ${one}
    ostree --repo=/srv/client pull site ${one}@${next}`);
  expect(await commitIn('/srv/client', `site:${one}`)).toBe(next);
  expect((await server.requests()).filter((path) => path.endsWith('.filez'))).toEqual([]);
  await server.forget();
  expect(await run()).toBe('');
  expect((await server.requests()).filter((path) => /filez|deltas/.test(path))).toEqual([]);
});

test('a commit that the upstream signs with another key, too, gets that signature', async () => {
  const next = await makeKey(host, 'next');
  const commit = await commitIn(upstream, one);
  const added = `${remote('/srv/next', `${server.url}/site`).replace(key.path, next.path)}
    ostree --repo=/srv/next pull site ${one}`;
  expect((await host.try(added)).all).toContain('public key not found');
  await host.sh(
    `ostree gpg-sign --repo=${upstream} --gpg-homedir=/var/lib/signing/next ${commit} ${next.id}`,
  );
  expect(await run()).toBe('');
  await host.sh(`ostree --repo=/srv/next pull site ${one}; rm -r /srv/next`);
  expect(await commitIn(repository, one)).toBe(commit);
});

test('an upstream without a summary costs more, which a hint says; a pattern needs one', async () => {
  const before = await commitIn(upstream, one);
  const next = await commit(one, 'echo hint >hint; echo more >>large', 40);
  await host.sh(`ostree --repo=${upstream} static-delta generate --from=${before} --to=${next}
    rm -r ${upstream}/summary ${upstream}/delta-indexes`);
  expect(await run()).toContain(
    `site.mirror:4: ${server.url}/up has no summary, which debian/*/server needs to find refs. Name each ref`,
  );
  await declareMirror('site', mirrorFile().replace('debian/*/server', one));
  expect(await run()).toMatch(/has neither a summary nor an index of static deltas/);
  expect(await commitIn(repository, one)).toBe(next);
  expect(JSON.parse(await host.sh('guestctl mirrors -o json'))[0].result.hint).toContain('ostree summary -u');
  await summary();
  await declareMirror('site', mirrorFile());
});

test('an older commit, and one without a signature, are refused; other refs are mirrored', async () => {
  const before = await commitIn(repository, one);
  await commit(one, 'echo old >old', 55);
  const other = await commit(two, 'echo 13.1 >release', 30);
  await summary();
  const errors = await run();
  expect(errors).toContain(`site.mirror:2: ${server.url}/up offers an older commit of ${one} than before`);
  expect([await commitIn(repository, one), await commitIn(repository, two)]).toEqual([before, other]);
  const listed = await host.try('guestctl mirrors --failed');
  expect([listed.exitCode, listed.stdout]).toEqual([1, expect.stringContaining('failed: ')]);
  expect((await host.try('guestctl doctor')).stdout).toContain('site: the last run failed: ');

  await commit(one, 'echo unsigned >unsigned', 20, false);
  await summary();
  expect(await run()).toMatch(/cannot fetch debian\/bookworm\/server from .*signature/i);
  expect(await commitIn(repository, one)).toBe(before);
});

test('an upstream that is frozen is a fault, also if the mirror no longer runs', async () => {
  const next = await commit(one, 'echo new >new', 10);
  await summary();
  const frozen = mirrorFile('FreshnessSec=25min\n');
  await declareMirror('site', frozen);
  const words = `${two} has had nothing new for \\d+ minutes`;
  expect(await run()).toMatch(
    new RegExp(
      `^/etc/ostree-guests/site\\.mirror:7: ${words} at ${server.url}/up: its updates may be held back$`,
    ),
  );
  expect(await commitIn(repository, one)).toBe(next);
  await declareMirror('site', mirrorFile());
  expect(await run()).toBe('');
  expect(await host.try('guestctl mirrors --failed')).toMatchObject({ exitCode: 0, stdout: '' });
  await declareMirror('site', frozen);
  const { exitCode, stdout } = await host.try('guestctl mirrors --failed');
  expect([exitCode, stdout]).toEqual([1, expect.stringMatching(words)]);
  expect((await host.try('guestctl mirrors')).exitCode).toBe(0);
  await declareMirror('site', mirrorFile());
});

test('an upstream that is down, and a login page in its place, are told once, and as what they are', async () => {
  await host.sh(
    'mkdir -p /srv/mirror/page /srv/away; echo "<html>Log in, please</html>" >/srv/mirror/page/summary',
  );
  const away = (url: string, ref: string) =>
    declareMirror(
      'away',
      mirrorFile('', url).replace(repository, '/srv/away').replace('debian/*/server', ref),
    );
  const file = '/etc/ostree-guests/away.mirror';
  await away('http://127.0.0.1:9/up', one);
  expect(await run('away')).toMatch(
    new RegExp(`^${file}:2: cannot list its refs from http://127.0.0.1:9/up: While fetching .*connect.*$`),
  );
  const page = `${server.url}/page`;
  const see = `A login page or a proxy may answer in its place. See what it is: curl -L ${page}/summary`;
  await away(page, one);
  const words = 'the answer does not come from an OSTree repository (Not normal form)';
  expect(await run('away')).toBe(`${file}:2: cannot fetch ${one} from ${page}: ${words}. ${see}`);
  await away(page, '*/*/server');
  expect(await run('away')).toBe(`${file}:4: ${page} has no ref */*/server, nor any other. ${see}`);
  await host.sh(`rm ${file}; systemctl daemon-reload`);
});

test('killed while it fetches, nothing of it is served, and the next run completes it', async () => {
  const slow = await serveMirror(host, { port: 8081, files: 2 });
  await declareMirror('site', mirrorFile('', `${slow.url}/up`));
  const before = await commitIn(repository, one);
  const next = await commit(one, 'for i in {1..9}; do echo killed >>$i; done', 5);
  await summary();
  await host.run('systemctl', 'start', '--no-block', unit);
  // Two files are sent, the third is held. For more, OSTree may wait until that one times out.
  await eventually(host, `[ $(grep -c 'filez' ${slow.log}) -gt 2 ]`);
  await eventually(host, `systemctl show --property=StatusText ${unit} | grep 'Fetching ${one}: .* objects'`);
  await host.run('systemctl', 'kill', '--signal=KILL', unit);
  await eventually(host, `systemctl is-failed ${unit}`);
  expect(await host.sh(`find ${repository} -newer ${upstream}/summary -name '*.filez'`)).toBe('');
  expect(await commitIn(repository, one)).toBe(before);
  await slow.release();
  expect(await run()).toBe('');
  expect(await commitIn(repository, one)).toBe(next);
  await slow.stop();
  await declareMirror('site', mirrorFile());
});

/** Runs the mirror, and kills it at the first change in its repository that `isIt` accepts. */
async function killedAt(isIt: (event: string) => boolean): Promise<boolean> {
  let hit = false;
  const unwatch = watchGuest(outside(host, repository), (event) => {
    const cgroup = hit || !isIt(event) ? undefined : serviceCgroup(host.work, unit);
    if (cgroup === undefined) return;
    writeFileSync(join(cgroup, 'cgroup.kill'), '1');
    hit = true;
  });
  await host.try(`systemctl start ${unit}`);
  unwatch();
  return hit;
}

// publish.test.ts kills the code that brings commits into a repository at each kind of change.
test.each([
  ['commits arrive', /^objects\//],
  ['the ref moves', /^refs\/heads\//],
])(
  'killed when %s, readers see the old or the new whole, and the next run completes it',
  async (_, change) => {
    const pull = `ostree --repo=/srv/client pull site ${one} >/dev/null; ostree --repo=/srv/client rev-parse site:${one}`;
    await holdAtEnd(host, unit, repository);
    const before = await commitIn(repository, one);
    // The watcher sees only directories of objects that are new. Of so many objects, some have one.
    const next = await commit(one, 'for i in {1..50}; do echo next >>$i; done');
    await summary();
    expect(await killedAt((event) => change.test(event))).toBe(true);
    expect([before, next]).toContain(await host.sh(pull));
    expect(await run()).toBe('');
    expect(await host.sh(pull)).toBe(next);
    const recorded = `grep -oh '[0-9a-f]\\{64\\}' ${repository}/ostree-guests/*.json | sort`;
    const objects = `cd ${repository}/objects; find . -name '*.commit' | sed 's/[^0-9a-f]//g; s/c$//' | sort`;
    expect(await host.sh(objects)).toBe(await host.sh(recorded));
    expect(await host.sh(`ostree fsck --repo=${repository}`)).toContain('no errors');
    await host.sh(`rm /run/systemd/system/${unit}.d/hold.conf; systemctl daemon-reload`);
  },
);

const own = '/var/lib/ostree-guests/.mirrors/site/repo';

test('what a prune that was cut off has left does not count as complete', async () => {
  const next = await commit(one, 'echo cut >cut');
  await summary();
  // A commit that no ref leads to, and that has lost a file, while commits were removed.
  await host.sh(`ostree --repo=${own} pull-local ${upstream} ${next}
    file=$(ostree --repo=${own} ls -C ${next} /usr/cut | grep -o '[0-9a-f]\\{64\\}')
    rm ${own}/objects/\${file:0:2}/\${file:2}.file; touch ${own}/ostree-guests-pruning`);
  expect(await run()).toBe('');
  expect(await commitIn(repository, one)).toBe(next);
  expect(await host.sh(`ostree fsck --repo=${repository}`)).toContain('no errors');
  expect(await host.sh(`ls ${own}`)).not.toContain('pruning');
});

test('a ref that the upstream has no longer stays for 30 days, and its commits a day more', async () => {
  const commits = () => host.sh(`cd ${repository}/objects; find . -name '*.commit' | wc -l`);
  const refs = () => host.sh(`ostree --repo=${repository} refs; ostree --repo=/srv/client remote refs site`);
  const removals = async () =>
    JSON.parse(await host.sh('guestctl mirrors -o json'))[0].refs.map(
      ({ ref, removal }: { ref: string; removal: string | null }) => [ref, removal !== null],
    );
  const record = `${repository}/ostree-guests/${two.replaceAll('/', '+')}.json`;
  /** As if the upstream had dropped it so many days earlier. */
  const age = (days: number) =>
    host.sh(`node -e "
      const { readFileSync, writeFileSync } = require('fs');
      const record = JSON.parse(readFileSync('${record}'));
      record.dropped -= ${days} * 86400000;
      writeFileSync('${record}', JSON.stringify(record));"`);
  const before = Number(await commits());
  const ofRef = Number(await host.sh(`grep -o checksum ${record} | wc -l`));
  const commit = await commitIn(upstream, two);
  const drop = () => host.sh(`ostree --repo=${upstream} refs --delete ${two}`).then(summary);
  const restore = () => host.sh(`ostree --repo=${upstream} refs --create=${two} ${commit}`).then(summary);

  await drop();
  expect(await run()).toBe('');
  expect(await removals()).toEqual([
    [one, false],
    [two, true],
  ]);
  await restore();
  expect(await run()).toBe('');
  expect(await removals()).toEqual([
    [one, false],
    [two, false],
  ]);
  await drop();
  expect(await run()).toBe('');
  expect(await refs()).toContain(two);
  expect(await host.sh(`ostree --repo=${own} refs`)).toBe(`upstream:${one}`);
  await age(30);
  expect(await run()).toBe('');
  expect(await refs()).not.toContain(two);
  expect(Number(await commits())).toBe(before);
  await age(1);
  expect(await run()).toBe('');
  expect(Number(await commits())).toBe(before - ofRef);
  expect(await removals()).toEqual([[one, false]]);
  await restore();
  expect(await run()).toBe('');
  expect(await commitIn(repository, two)).toBe(commit);
});

test('a full disk is told, and the next run completes it when there is space', async () => {
  await host.sh('mkdir -p /srv/small; mount -t tmpfs -o size=400k small /srv/small');
  await declareMirror('small', mirrorFile().replace(repository, '/srv/small'));
  expect(await run('small')).toMatch(/Cannot write to \/srv\/small: .*(No space left|min-free-space)/);
  await host.sh('mount -o remount,size=16M /srv/small');
  expect(await run('small')).toBe('');
  expect(await host.sh('ostree --repo=/srv/small refs')).toBe(`${one}\n${two}`);
  await host.sh('rm /etc/ostree-guests/small.mirror; systemctl daemon-reload; umount /srv/small');
});

test('a stick carries it to another mirror, which verifies it', async () => {
  const missing = await host.try('guestctl mirror export site /media/stick/repo');
  expect([missing.exitCode, missing.stderr]).toEqual([1, expect.stringContaining('Is the stick plugged in')]);
  await host.sh('mkdir -p /media/stick; mount -t tmpfs stick /media/stick');
  const { stdout, stderr } = await host.try('guestctl mirror export site /media/stick/repo');
  expect([stdout, stderr]).toEqual(['', expect.stringContaining('URL=file:///media/stick/repo')]);
  await host.sh('mkdir -p /srv/other');
  await declareMirror('other', mirrorFile('', 'file:///media/stick/repo').replace(repository, '/srv/other'));
  expect(await run('other')).toBe('');
  expect(await commitIn('/srv/other', one)).toBe(await commitIn(repository, one));
  await host.sh('umount /media/stick');
});
