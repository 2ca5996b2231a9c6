// The commands of guestctl that act, as a person gives them.
import { randomBytes } from 'node:crypto';
import type { Argument, Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookingOptions } from '../../src/guestctl/needs-root.ts';
import { makeProgram } from '../../src/guestctl/program.ts';
import { canRehearse, declare, eventually, guestFile, inGuest, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { serveMirror } from './http.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

/** What is seen on a terminal. */
const onTerminal = async (command: string) =>
  (await host.try(`script -qec '${command}' /dev/null </dev/null`)).stdout.replaceAll('\r\n', '\n');

describe('create', () => {
  test('a guest that could not be made is not declared, and each mistake is told', async () => {
    const { exitCode, stderr } = await host.try('guestctl create mail --ref site');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /mail\.guest:2:5: 'site' is not right for Ref=.*\n +Ref=site\n.*\nNothing was written/s,
    );
    for (const [words, reason] of [
      ['mail --ref site:x', /The host has no remote 'site'\. Add \[Remote\] with URL=/],
      ['mail --ref site:x --set OnCalendar=daily', /'OnCalendar=daily' is not a setting. Write it as/],
      ['Mail --ref site:x --url file:///x', /'Mail' is not a guest name/],
    ] as const) {
      expect((await host.try(`guestctl create ${words}`)).stderr).toMatch(reason);
    }
    expect(await host.sh('ls /etc/ostree-guests')).toBe('');
  });

  test('it is declared, made, enabled and started, and each step is told', async () => {
    const { all } =
      await host.try(`guestctl create mail --ref site:${serverRef} --url file:///srv/mirror/repo \\
      --description='Mail server' --set Update.OnCalendar=weekly --enable --start`);
    expect(all).toMatch(
      /^Wrote \/etc\/ostree-guests\/mail\.guest\nMade the sysroot .*\nFetching .*\nCreated .*\nEnabled mail at boot.*\nmail runs Debian .*\nA shell in it: guestctl shell mail$/s,
    );
    expect(await host.sh('cat /etc/ostree-guests/mail.guest')).toBe(
      `[Guest]\nDescription=Mail server\nRef=site:${serverRef}\n\n[Remote]\nURL=file:///srv/mirror/repo\n\n[Update]\nOnCalendar=weekly`,
    );
    expect(await status(host, 'mail')).toMatchObject({ state: 'running', update: { timer: 'enabled' } });
    expect(await host.sh('systemctl is-enabled systemd-nspawn@mail')).toBe('enabled');
    expect((await host.try('guestctl create mail --ref site:x')).stderr).toContain(
      'mail is declared already. Change it: guestctl edit mail',
    );
  });

  /** What there is of a guest and of its units. */
  const traces = (name: string) =>
    host.sh(`ls -dA /etc/ostree-guests/${name}.* /var/lib/ostree-guests/${name} /run/systemd/generator/*@${name}.* || :
      systemctl list-unit-files --no-legend 'ostree-guest-*@${name}.*' | grep -w enabled || :`);

  test('a guest whose tree cannot be had leaves nothing behind', async () => {
    const { exitCode, stderr } = await host.try(
      'guestctl create lost --ref site:none --url file:///srv/mirror/repo --enable --start',
    );
    expect(stderr).toMatch(
      /lost\.guest:5: cannot fetch none [\s\S]*Nothing of lost was kept\. Fix the cause/,
    );
    expect([exitCode, await traces('lost')]).toEqual([1, '']);
  });

  test('Ctrl-C leaves nothing behind', async () => {
    // It has no answer when the signal comes. From a slow server the guest was created by then, as mail has all but the commit.
    const server = await serveMirror(host, { delay: 3_600_000 });
    const { stderr } = await host.try(
      `set -m
       guestctl create slow --ref site:${serverRef} --url ${server.url}/repo --set Remote.GPGVerify=no --enable &
       until grep -q . ${server.log}; do kill -0 $!; sleep 0.1; done
       kill -INT -- -$!; wait $!`,
    );
    await server.stop();
    expect(stderr).toContain('Interrupted: nothing of slow was kept');
    expect(await traces('slow')).toBe('');
  });

  test('what was there before is not removed', async () => {
    await host.sh(
      'mkdir -p /var/lib/ostree-guests/old/sysroot/ostree/deploy/old/var; mkdir /etc/ostree-guests/old.guest.d',
    );
    expect(
      (await host.try('guestctl create old --ref site:none --url file:///srv/mirror/repo')).exitCode,
    ).toBe(1);
    expect(
      await host.sh('ls -d /var/lib/ostree-guests/old/sysroot/ostree/deploy/old/var; ls /etc/ostree-guests'),
    ).toBe('/var/lib/ostree-guests/old/sysroot/ostree/deploy/old/var\nmail.guest\nold.guest.d');
    await host.sh('rm -r /etc/ostree-guests/old.guest.d /var/lib/ostree-guests/old');
  });

  test('of two that create a guest at the same time, one makes it, and the other touches nothing of it', async () => {
    // Both have seen that there is no such guest, and wait to write its file.
    await host.sh(`flock /run/ostree-guests/.declarations sh -c 'while [ ! -e /run/go ]; do sleep 0.1; done' >/dev/null 2>&1 &
      until ! flock --nonblock /run/ostree-guests/.declarations true; do sleep 0.1; done`);
    const create = () =>
      host.try(
        `guestctl create twin --ref site:${serverRef} --url file:///srv/mirror/repo --set Remote.GPGVerify=no`,
      );
    const both = Promise.all([create(), create()]);
    await host.sh(
      'until [ "$(pgrep -c -f "^flock .*--timeout=60 ")" = 2 ]; do sleep 0.1; done; touch /run/go',
    );
    const [made, refused] = (await both).toSorted((a, b) => a.exitCode - b.exitCode);
    expect([made?.exitCode, refused?.exitCode]).toEqual([0, 1]);
    expect(refused?.stderr).toContain('twin is declared already');
    expect(await host.sh('guestctl deployments --no-legend twin | wc -l; ls /etc/ostree-guests')).toBe(
      '1\nmail.guest\ntwin.guest',
    );
    await host.sh('guestctl remove --yes twin');
  });

  test('a template is a build that the site can override; what it needs is named before anything is written', async () => {
    expect(await host.sh('guestctl create --list-templates')).toMatch(
      /^TEMPLATE .*\ndebian +Debian 13 \(trixie\) +ready\nfedora +Fedora 44 +There is no dnf on this host\. Run: apt install dnf$/,
    );
    const refused = await host.try('guestctl create web --build fedora');
    expect(refused.stderr).toMatch(
      /fedora\.build:6:\d+: There is no dnf on this host\. Run: apt install dnf[\s\S]*Run: apt install distribution-gpg-keys[\s\S]*Nothing was written/,
    );
    expect((await host.try('guestctl create web --build debain')).stderr).toContain('Did you mean debian?');
    expect(await host.sh('ls /etc/ostree-guests')).toBe('mail.guest');
    await host.write(
      '/etc/ostree-guests/templates/fedora.build',
      '[Build]\nDescription=Ours\nCommand=cp -a /usr/x root\n',
    );
    expect(await host.sh('guestctl create --list-templates')).toMatch(/\nfedora +Ours +ready$/);
    await host.sh('rm -r /etc/ostree-guests/templates');
    expect((await host.try('guestctl create')).exitCode).toBe(2);
    expect((await host.try('guestctl create web')).stderr).toContain('Give --build, --image or --ref');
  });
});

test('shell runs a command in the guest, with its own options, and ends as it does', async () => {
  const { stdout, exitCode } = await host.try(
    `echo in | guestctl shell mail sh -c 'cat; hostname; exit "$1"' -q 7`,
  );
  expect([stdout, exitCode]).toEqual(['in\nmail', 7]);
  expect(await host.sh(`guestctl shell mail echo '$HOME' 'a$$'`)).toBe('$HOME a$$');
  // Of its own, and the one that it is controlled by: without that, Ctrl-C would do nothing.
  const seen = await onTerminal(
    'guestctl shell mail sh -c "pwd; tty; exec </dev/tty; exit 3" || echo it was $?',
  );
  expect(seen).toMatch(/\/root\n\/dev\/pts\/\d+\nit was 3$/);
  expect((await host.try('guestctl shell nobody')).stderr).toContain("No guest 'nobody' is declared");
});

describe('update', () => {
  test('shows its steps, and on a terminal its progress', async () => {
    await publish(host, serverRef, { version: '12.2', files: { '/etc/greeting': 'Hello from 12.2.\n' } });
    const seen = await onTerminal('guestctl update mail');
    expect(seen).toMatch(
      /Fetching .*\n.* is staged and takes effect at the next start: guestctl reboot mail/s,
    );
    expect((await host.try('guestctl update -q mail')).all).toBe('');
  });

  test('tells why it failed, what else there is to see, and ends with 1', async () => {
    await host.write(
      '/etc/ostree-guests/away.guest',
      `[Guest]\nRef=site:x\n[Remote]\nURL=http://127.0.0.1:9/\nGPGVerify=no\n`,
    );
    await host.run('systemctl', 'daemon-reload');
    const { exitCode, stderr } = await host.try('guestctl update away');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /away\.guest:4: cannot fetch x from .*\nThe update of away failed\..* guestctl edit away\. Then run: guestctl update away\. /s,
    );
    expect(await host.sh('guestctl logs away -o cat')).toContain('away.guest:4: cannot fetch');
    await host.sh('guestctl remove --yes away');
  });

  test('Ctrl-C leaves it to itself, and says so', async () => {
    await publish(host, 'debian/12/slow', { files: { '/etc/greeting': 'Hello, slow one.\n' } });
    const { url, log, stop } = await serveMirror(host, { delay: 3_600_000 });
    await host.write(
      '/etc/ostree-guests/slow.guest',
      `[Guest]\nRef=site:debian/12/slow\n[Remote]\nURL=${url}/repo\nGPGVerify=no\n`,
    );
    await host.run('systemctl', 'daemon-reload');
    const typed = `until grep -q . ${log}; do sleep 0.1; done; printf '\\003'`;
    const { stdout } = await host.try(`{ ${typed}; } | script -qec 'guestctl update slow' /dev/null`);
    expect(stdout).toContain('Detached: the update of slow continues. Attach again: guestctl update slow');
    expect(await host.sh('systemctl is-active ostree-guest-update@slow || true')).toBe('activating');
    await host.sh('systemctl stop ostree-guest-update@slow');
    await stop();
    await host.sh('guestctl remove --yes slow');
  });
});

test('bash completes names of guests and of deployments', async () => {
  const completed = (words: string) =>
    host.sh(`set +eu # as an interactive shell has it
      source /usr/share/bash-completion/completions/guestctl
      COMP_WORDS=(guestctl ${words}) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _guestctl; echo "\${COMPREPLY[*]}"`);
  expect(await completed("status ''")).toBe('mail');
  expect(await completed("rollback mail ''")).toMatch(/^[0-9a-f]{12}\.0$/);
});

test('doctor finds nothing bad, until the units of a guest are out of date', async () => {
  expect(await host.sh('guestctl doctor')).toMatch(
    /ok +systemd .*\n +ok +ostree .*\w+ (maps ids, as a try showed|can map ids)\n.*1 guest is declared, units are up to date$/s,
  );
  await host.sh("sed -i 's/weekly/yearly/' /etc/ostree-guests/mail.guest");
  const { exitCode, stdout } = await host.try('guestctl doctor');
  expect([exitCode, stdout]).toEqual([
    1,
    expect.stringMatching(
      /BAD +units +The units of mail are not what its file says\n +Run: systemctl daemon-reload/,
    ),
  ]);
  // A lock that somebody forgot; while the guest's own services hold theirs, nothing is said.
  const repository = '/var/lib/ostree-guests/mail/sysroot/ostree/repo';
  await host.sh(
    `touch ${repository}/.lock; setsid flock ${repository}/.lock sleep 300 >/dev/null 2>&1 </dev/null &`,
  );
  await eventually(
    host,
    `{ guestctl doctor || true; } | grep 'see  *locks .*holds ${repository}/.lock, and updates wait for it'`,
  );
  await host.sh('pkill --full "sleep 300"');
  await host.sh("sed -i 's/yearly/weekly/' /etc/ostree-guests/mail.guest; systemctl daemon-reload");
});

test('doctor sees shortages of the host coming', async () => {
  await declare(host, 'idle');
  // The kernel has these limits for the machine below, and all that runs on it.
  const found = await host.sh(`echo 3 >/run/three; echo MemAvailable: 3 kB >/run/meminfo
    unshare --mount sh -euc 'mount --bind /run/meminfo /proc/meminfo
      for file in fs/inotify/max_user_instances user/max_user_namespaces kernel/pty/max kernel/threads-max; do
        mount --bind /run/three /proc/sys/$file
      done
      guestctl doctor'`);
  for (const shortage of [
    /inotify +fs\.inotify\.max_user_instances is 3, enough for about 0 of 2 declared guests\n +Run: sysctl --system/,
    /user namespaces +user\.max_user_namespaces is 3, enough for about 0 of 2 declared guests\n/,
    /terminals +kernel\.pty\.max is 3, of which 1024 are reserved .* about 0 of 1 declared guests that do not run\n/,
    /tasks +kernel\.threads-max is 3, and \d+ processes and threads run, .* 0 of 1 /,
    /memory +0 MiB of memory and swap are left, enough for about 0 of 1 /,
  ])
    expect(found).toMatch(shortage);
  await host.sh('rm /etc/ostree-guests/idle.guest; systemctl daemon-reload');
});

test('edit puts a change in place, and one with mistakes not', async () => {
  const edit = (script: string) => host.try(`EDITOR='sed -i ${script}' guestctl edit mail`);
  expect((await edit('s/x/x/')).stderr).toBe('Nothing was changed');
  const { exitCode, stderr } = await edit('s/OnCalendar/OnCalender/');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /mail\.guest:9:1: \[Update\] has no key 'OnCalender'.*Nothing was changed\. What you wrote is in \/tmp\//s,
  );
  // Somebody else changes the file while the editor is open.
  const late = await host.try(
    `EDITOR='late() { echo "# mine" >>"$1"; echo "# theirs" >>/etc/ostree-guests/mail.guest; }; late' guestctl edit mail`,
  );
  expect(late.stderr).toMatch(
    /mail\.guest was changed by somebody else meanwhile.*What you wrote is in \/tmp/s,
  );
  expect(
    await host.sh("tail -n 1 /etc/ostree-guests/mail.guest; sed -i '$d' /etc/ostree-guests/mail.guest"),
  ).toBe('# theirs');
  expect((await edit('s/weekly/monthly/')).stderr).toMatch(/^Wrote .*\. Nothing else is to be done$/);
  expect(await host.sh('systemctl show --property=TimersCalendar ostree-guest-update@mail.timer')).toContain(
    '*-*-01 00:00:00',
  );
});

test('edit takes a text from a file or from standard input, shows what it changes, and overwrites nothing unseen', async () => {
  const file = '/etc/ostree-guests/mail.guest';
  const [before] = JSON.parse(await host.sh('guestctl cat -o json mail')) as {
    text: string;
    sha256: string;
  }[];
  expect(before).toMatchObject({ kind: 'guest', file });
  expect(before?.text.trimEnd()).toBe(await host.sh(`cat ${file}`));
  const draft = (text: string, command: string) =>
    host.try(`printf '%s' '${before?.text}${text}' | guestctl ${command} --from=-`);
  const found = await draft('[Service]\nMemoryMix=1\n', 'verify mail -o json');
  expect(JSON.parse(found.stdout)).toMatchObject([
    { file, column: 1, message: expect.stringContaining('MemoryMix') },
  ]);
  const plan = await draft('[Unit]\nAfter=srv.mount\n', 'edit mail --dry-run -o json');
  expect(JSON.parse(plan.stdout)).toMatchObject({
    changed: true,
    units: [
      { path: '/run/systemd/generator/systemd-nspawn@mail.service.d/50-guest.conf', change: 'changed' },
    ],
    needs: { create: false, update: false, reboot: false },
  });
  await host.sh(`echo '# theirs' >>${file}`);
  const late = await draft('# mine\n', `edit mail --if-sha256=${before?.sha256}`);
  expect(late).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/was changed by somebody else meanwhile/),
  });
  expect(await host.sh(`tail -n 1 ${file}`)).toBe('# theirs');
  const done = await draft('', `edit mail --if-sha256=$(sha256sum <${file} | cut -d' ' -f1)`);
  expect(done.stderr).toBe(`Wrote ${file}. Nothing else is to be done`);
  expect(await host.sh(`cat ${file}`)).toBe(before?.text.trimEnd());
});

test('edit takes builds and mirrors, too, by name and kind', async () => {
  const directory = '/etc/ostree-guests';
  const build = '[Build]\nCommand=/bin/true\n';
  const mirror = `[Mirror]\nURL=file:///srv/none\nRef=x\nRepository=/srv/copy\nGPGVerify=no\n`;
  await host.run('mkdir', '-p', '/srv/copy');
  await host.write(`${directory}/mail.build`, build);
  await host.write(`${directory}/far.mirror`, mirror);
  await host.run('systemctl', 'daemon-reload');
  const draft = (text: string, command: string) =>
    host.try(`printf '%s' '${text}' | guestctl ${command} --from=-`);
  const found = await draft(`${build}Comand=x\n`, 'verify mail.build -o json');
  expect(JSON.parse(found.stdout)).toMatchObject([
    { file: `${directory}/mail.build`, line: 3, column: 1, message: expect.stringContaining('Comand') },
  ]);
  const masked = await draft('', 'edit mail.build');
  expect(masked.stderr).toContain('An empty file masks the build');
  const plan = await draft(`${mirror}OnCalendar=weekly\n`, 'edit far --dry-run -o json');
  expect(JSON.parse(plan.stdout)).toMatchObject({
    file: `${directory}/far.mirror`,
    units: [{ path: '/run/systemd/generator/ostree-guest-mirror@far.timer.d/50-guest.conf' }],
  });
  expect(await host.sh(`cat ${directory}/far.mirror`)).toBe(mirror.trimEnd());
  const digest = await host.sh(`guestctl cat -o json mail.build | grep -Po '"sha256": "\\K[^"]+'`);
  const changed = build.replace('true', 'false');
  const done = await draft(changed, `edit mail.build --if-sha256=${digest}`);
  expect(done.stderr).toBe(
    `Wrote ${directory}/mail.build. Its next run follows it: systemctl start ostree-guest-build@mail.service`,
  );
  expect(await host.sh(`cat ${directory}/mail.build`)).toBe(changed.trimEnd());
  const late = await draft(build, `edit mail.build --if-sha256=${digest}`);
  expect(late.stderr).toMatch(/mail\.build was changed by somebody else meanwhile/);
  // The guest of the same name is the one that a name alone stands for.
  expect((await draft(build, 'edit mail')).stderr).toContain(`${directory}/mail.guest:`);
  expect((await draft(build, 'edit web.build')).stderr).toContain("'web.build' is declared");
  await host.sh(`rm ${directory}/mail.build ${directory}/far.mirror; systemctl daemon-reload`);
});

test('what a changed guest file needs is said until it is done', async () => {
  const file = '/etc/ostree-guests/mail.guest';
  const unapplied = async () => JSON.parse(await host.sh('guestctl status -o json mail')).unapplied;
  const none = { reload: false, update: false, reboot: false };
  expect(await unapplied()).toEqual(none);
  await host.sh(`cp -p ${file} /run/mail.guest; printf '[Exec]\nHostname=other\n' >>${file}`);
  expect(await unapplied()).toEqual({ ...none, reload: true, reboot: true });
  await host.run('systemctl', 'daemon-reload');
  expect(await unapplied()).toEqual({ ...none, reboot: true });
  expect(await host.sh('guestctl list')).toMatch(/^mail .* reboot due$/m);
  // A copy keeps the time of its modification.
  await host.sh(`cp -p /run/mail.guest ${file}; systemctl daemon-reload`);
  expect(await unapplied()).toEqual(none);
  await host.sh(`printf '[Packages]\nInstall=nano\n' >>${file}; systemctl daemon-reload`);
  expect(await unapplied()).toEqual({ ...none, update: true });
  await host.sh(`cp -p /run/mail.guest ${file}; systemctl daemon-reload`);
  expect(await unapplied()).toEqual(none);
});

describe('apply', () => {
  const apply = async (words: string) => {
    const { exitCode, stdout, stderr } = await host.try(`guestctl apply ${words}`);
    return { exitCode, stdout, stderr };
  };

  test('checks all files before it writes one', async () => {
    await host.write('/srv/site/new.guest', guestFile());
    await host.write('/srv/site/bad.guest', guestFile('[Update]\nKeep=3x\n'));
    const { exitCode, stderr } = await apply('/srv/site');
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/bad\.guest:\d+:6: '3x' .*Nothing was changed$/s),
    ]);
    expect(await host.sh('rm /srv/site/bad.guest; ls /etc/ostree-guests')).not.toContain('new.guest');
  });

  test('creates what is new, and does nothing the second time', async () => {
    expect((await apply('--dry-run /srv/site')).stdout).toBe(
      '/etc/ostree-guests/new.guest: would be created\nnew: would create',
    );
    const first = await apply('-o json /srv/site');
    expect([first.exitCode, JSON.parse(first.stdout)]).toEqual([
      0,
      {
        changed: true,
        reloaded: true,
        files: [{ path: '/etc/ostree-guests/new.guest', change: 'created' }],
        guests: [{ name: 'new', actions: ['create'], failure: null }],
      },
    ]);
    expect(await apply('/srv/site')).toEqual({ exitCode: 0, stdout: 'unchanged', stderr: '' });
    expect(JSON.parse((await apply('-o json /srv/site')).stdout)).toMatchObject({ changed: false });
    // As an interrupted one leaves it.
    await host.sh(
      'rm /etc/ostree-guests/new.guest; systemctl daemon-reload; cp /srv/site/new.guest /etc/ostree-guests/',
    );
    expect((await apply('--dry-run /srv/site')).stdout).toBe('units: would be reloaded');
    await apply('/srv/site');
    await host.sh('systemctl cat systemd-nspawn@new | grep 50-guest.conf');
  });

  test('restarts a running guest for new options, and a drop-in is enough', async () => {
    await host.sh('guestctl start new');
    const stream = `printf '# FileName=new.guest.d/name.conf\\n[Exec]\\nHostname=other\\n' | guestctl apply -`;
    expect(await host.sh(stream)).toBe('/etc/ostree-guests/new.guest.d/name.conf: created\nnew: restarted');
    expect(await inGuest(host, 'new', 'hostname')).toBe('other');
    expect(await host.sh(stream)).toBe('unchanged');
    await host.sh('guestctl stop new; guestctl remove --yes new');
  });
});

test('logs has what the host and what the guest itself wrote', async () => {
  await inGuest(host, 'mail', 'logger --tag=mine hello; journalctl --sync');
  expect(await host.sh('guestctl logs mail --no-pager -o cat')).toMatch(/Default: Debian.*Created from/s);
  expect(await host.sh('guestctl logs --inside mail -t mine -o cat')).toBe('hello');
  expect(await host.sh('guestctl logs mail -t mine --inside -o cat')).toBe('hello');
});

test('exec runs a command as on a login, and ends it with guestctl', async () => {
  const exec = (words: string) => host.try(`guestctl exec mail ${words}`);
  expect(await exec(`sh -c 'cd; pwd; echo $HOME; exit 4'`)).toMatchObject({
    exitCode: 4,
    stdout: '/root\n/root',
  });
  expect((await exec('nothere')).exitCode).toBe(127);
  expect(await host.sh(`printf 'a\nb' | guestctl exec -i mail cat`)).toBe('a\nb');
  expect(await onTerminal('guestctl exec -it mail sh -c "tty; exit 5" || echo it was $?')).toMatch(
    /\/dev\/pts\/\d+\nit was 5$/,
  );
  // A signal for guestctl alone, or for its whole group: before the guest knows of the command, and when it runs.
  for (const words of [
    '--signal=TERM 0.4',
    '--signal=TERM 0.6',
    '--signal=INT 0.5',
    '--foreground --signal=HUP 0.6',
  ]) {
    await host.try(`timeout ${words} guestctl exec mail sleep 777`);
    expect((await exec('pgrep -x sleep')).stdout).toBe('');
  }
  // The host sees the processes of its guests, too.
  await host.sh(`guestctl exec mail sleep 777 & until pgrep -fx 'sleep 777'; do kill -0 $!; sleep 0.1; done
    kill $!; wait $! || true`);
  expect((await exec('pgrep -x sleep')).stdout).toBe('');
});

test('restart and reboot wait until the guest is up, and say what it runs', async () => {
  const leader = () => host.sh('machinectl show mail --property=Leader');
  for (const verb of ['restart', 'reboot']) {
    const before = await leader();
    const { exitCode, stderr } = await host.try(`guestctl ${verb} mail`);
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^mail runs Debian .*\nA shell in it: /)]);
    expect(await leader()).not.toBe(before);
    expect(await host.sh('systemctl is-active systemd-nspawn@mail')).toBe('active');
  }
});

test('a changed credential makes a reboot due, until it is as before', async () => {
  const file = '/etc/ostree-guests/mail.guest';
  const setTo = (value: string) =>
    `{ cat /run/mail.guest; printf '[Service]\nLoadCredential=one:/etc/one\nSetCredential=two:${value}\n'; } >${file}`;
  const due = async () => JSON.parse(await host.sh('guestctl status -o json mail')).unapplied.reboot;
  await host.sh(`cp -p ${file} /run/mail.guest; echo 1 >/etc/one; ${setTo('b')}
    systemctl daemon-reload; guestctl restart mail`);
  expect(await due()).toBe(false);
  await host.sh('echo 2 >/etc/one');
  expect(await due()).toBe(true);
  expect(await host.sh('guestctl list')).toMatch(/^mail .* reboot due$/m);
  await host.sh('echo 1 >/etc/one');
  expect(await due()).toBe(false);
  await host.sh(`${setTo('c')}; systemctl daemon-reload`);
  expect(await due()).toBe(true);
  await host.sh(`cp -p /run/mail.guest ${file}; systemctl daemon-reload`);
});

test('enable and disable are about the guest and its timers', async () => {
  const units = 'systemd-nspawn@mail.service ostree-guest-update@mail.timer';
  const states = () => host.sh(`systemctl is-enabled ${units} || true; systemctl is-active ${units} || true`);
  expect((await host.try('guestctl disable mail')).stderr).toContain(
    'Nothing was stopped. Stop all of it: guestctl disable --now mail',
  );
  expect(await states()).toBe('disabled\ndisabled\nactive\nactive');
  await host.sh('guestctl disable --now mail');
  expect(await states()).toBe('disabled\ndisabled\ninactive\ninactive');
  await host.sh('guestctl enable mail');
  expect(await states()).toBe('enabled\nenabled\ninactive\ninactive');
  await host.sh('guestctl enable --now mail');
  expect(await states()).toBe('enabled\nenabled\nactive\nactive');
});

test('who starts, switches or rehearses is told why it failed', async () => {
  await declare(host, 'fails', guestFile('[Files]\nBind=/srv/missing\n'));
  await update(host, 'fails');
  const failing = async (words: string) => {
    const { exitCode, stderr } = await host.try(`guestctl ${words}`);
    return [exitCode, stderr];
  };
  expect(await failing('start fails')).toEqual([
    1,
    expect.stringMatching(
      /^fails did not start: Failed to .*\/srv\/missing.*: No such file or directory\. Full/,
    ),
  ]);
  // journald may read what nspawn said only when nspawn is gone, some seconds later, and then no longer knows its unit.
  const late = await host.try(`pid=$(systemctl show -P MainPID systemd-journald)
    systemctl reset-failed systemd-nspawn@fails
    kill -STOP "$pid"
    { until systemctl is-failed --quiet systemd-nspawn@fails; do sleep 0.1; done; sleep 3; kill -CONT "$pid"; } &
    guestctl start fails`);
  expect(late.stderr).toMatch(
    /^fails did not start: Failed to .*\/srv\/missing.*: No such file or directory\. Full/,
  );
  if (canRehearse)
    expect(await failing('rehearse fails')).toEqual([
      1,
      expect.stringMatching(/^Nothing of fails is staged that .*\nThe rehearsal of fails failed\. /),
    ]);
  expect(await failing('switch fails')).toEqual([0, 'Nothing is staged']);
  await declare(host, 'fails', guestFile('[Unit]\nConditionPathExists=/srv/missing\n'));
  expect(await failing('start fails')).toEqual([
    1,
    expect.stringMatching(/^fails did not start: .*\/srv\/missing/),
  ]);
  await declare(host, 'fails', guestFile('[Unit]\nRequires=missing.service\n'));
  expect(await failing('restart fails')).toEqual([
    1,
    expect.stringMatching(/^fails did not start: .*Unit missing\.service not found/),
  ]);
  await host.sh('guestctl remove --yes fails');
});

describe('without root', () => {
  const asNobody = (words: string) => host.try(`EDITOR=false runuser -u nobody -- guestctl ${words}`);

  test('commands that look show what they can, and say what they do not see', async () => {
    const note = /Without root, guestctl does not see .*\. Run: sudo guestctl list$/;
    expect(await asNobody('list')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^mail +running +\? /m),
      stderr: expect.stringMatching(note),
    });
    const [{ state, hidden }] = JSON.parse((await asNobody('list -o json')).stdout);
    expect([state, hidden]).toEqual(['running', true]);
    expect((await asNobody('status mail')).stdout).toMatch(
      /State: running .*\n +Running: \? \(for root only\)/,
    );
    expect((await asNobody('verify mail')).stdout).toBe('mail: no problem');
    expect((await asNobody('doctor')).stdout).toMatch(/ok +ostree/);
  });

  const commands = makeProgram('1.0').commands;
  const looks = (command: Command) => /^(Show|Check) /.test(command.helpGroup());

  /** The command with its required arguments, and one with a guest if that is optional. */
  function lines(command: Command, guest: string): string[] {
    const word = (one: Argument) => one.argChoices?.[0] ?? (one.name().startsWith('guest') ? guest : 'x');
    const words = (arguments_: readonly Argument[]) => [command.name(), ...arguments_.map(word)].join(' ');
    const required = command.registeredArguments.filter((one) => one.required);
    const optional = command.registeredArguments.filter((one) => !one.required && /^guest/.test(one.name()));
    return [words(required), ...optional.map((one) => words([...required, one]))];
  }

  /** What a command needs besides, so that it only looks. */
  const further: Readonly<Record<string, string>> = {
    create: 'new --build=debian',
    edit: '--from=/dev/null',
  };

  test('each command that looks shows what root sees, or says that root sees more', async () => {
    await declare(host, 'closed', guestFile('[Service]\nSetCredential=a:b\n'));
    await declare(host, 'fresh', guestFile());
    await declare(host, 'wrong', guestFile('Keep=3x\n'));
    await host.sh('chmod 600 /etc/ostree-guests/closed.guest');
    const found = commands
      .filter(looks)
      .flatMap((command) => ['mail', 'closed', 'fresh', 'wrong'].flatMap((guest) => lines(command, guest)));
    const options = commands.flatMap((command) =>
      command.options
        .filter((option) => lookingOptions.includes(option.attributeName()))
        .map(({ long }) => `${lines(command, 'mail')[0]} ${further[command.name()] ?? ''} ${long}`),
    );
    for (const words of new Set([...found, ...options.map((one) => one.replace(' x', ' /dev/null'))])) {
      const [mine, roots] = await Promise.all([asNobody(words), host.try(`guestctl ${words}`)]);
      const saysSo = /root|Users in groups/.test(mine.all);
      expect(saysSo || mine.stdout === roots.stdout, `${words}: ${mine.all}`).toBe(true);
      expect(mine.all, words).not.toMatch(/E[A-Z]{4,}:|^ +at |undefined/m);
      expect(mine.exitCode, words).toBeLessThan(2);
    }
    expect((await asNobody('list')).stdout).toMatch(/^closed +stopped +\? .*for root only$/m);
    expect((await asNobody('status closed')).all).toBe('This needs root. Run: sudo guestctl status closed');
    expect((await asNobody('doctor')).stdout).not.toMatch(/closed|mail has no address/);
    await host.sh('rm /etc/ostree-guests/{closed,fresh,wrong}.guest; systemctl daemon-reload');
  });

  test('each other command needs root, and nothing happens before', async () => {
    const others = commands.filter((command) => !looks(command) && command.name() !== 'complete');
    for (const words of others.flatMap((command) => lines(command, 'mail'))) {
      const { exitCode, all } = await asNobody(words);
      expect([exitCode, all], words).toEqual([1, `This needs root. Run: sudo guestctl ${words}`]);
    }
  });

  test.each(['history mail', 'deployments mail', 'diff mail', 'logs --inside mail'])(
    '%s needs root',
    async (words) => {
      const { exitCode, all } = await asNobody(words);
      expect([exitCode, all]).toEqual([1, `This needs root. Run: sudo guestctl ${words}`]);
    },
  );
});

test('stop and start', async () => {
  expect((await host.try('guestctl stop mail')).stderr).toBe('mail is stopped');
  expect((await host.try('guestctl shell mail')).stderr).toBe(
    'mail is not running. Start it: guestctl start mail',
  );
  expect((await host.try('guestctl start mail')).stderr).toMatch(/^mail runs/);
  expect((await status(host, 'mail')).state).toBe('running');
});

test('status says what the machine takes, where it is reached, and what each deployment has for itself', async () => {
  const big = randomBytes(2_000_000).toString('hex').slice(0, 2_000_000);
  await publish(host, serverRef, { version: '12.3', files: { '/usr/share/big': big } });
  await update(host, 'mail');
  const { stderr } = await host.try('guestctl update --switch mail');
  expect(stderr).toMatch(/ is staged .*\nRestarting mail\n(.*\n)*mail runs .*12\.3/);
  await inGuest(host, 'mail', 'ip link set host0 up; ip address add 10.9.9.2/24 dev host0');
  // Memory and tasks are accounted where the host's own control group lets it.
  expect(await host.sh('guestctl status mail')).toMatch(
    /Uses: .*[\d.]+ s of CPU.*\n *Address: 10\.9\.9\.2\n.* of its own\n.* of its own$/s,
  );
  const { machine, deployments } = JSON.parse(await host.sh('guestctl status -o json mail'));
  expect(machine.addresses).toContain('10.9.9.2');
  // Both have directories and an /etc of their own; only one has the big file.
  const [now, before] = deployments.map(({ unique }: { unique: number }) => unique);
  expect(before).toBeLessThan(30e6);
  expect(Math.round((now - before) / 1e6)).toBe(2);
  const listed = JSON.parse(await host.sh('guestctl deployments -o json mail'));
  const inMegabytes = (bytes: number) => Math.round(bytes / 1e6);
  expect(listed.map(({ unique }: { unique: number }) => inMegabytes(unique))).toEqual(
    [now, before].map(inMegabytes),
  );
});

test('no guest gets the directory of another one, or is removed with it', async () => {
  const sysroot = '/var/lib/ostree-guests/mail/sysroot';
  const at = (directory: string) => guestFile().replace('[Guest]\n', `[Guest]\nSysroot=${directory}\n`);
  const refusal = async (command: string, input = '') => {
    const { exitCode, stderr } = await host.try(`${command} <<'.'\n${input}.`);
    expect(exitCode).toBe(1);
    return stderr;
  };
  await inGuest(host, 'mail', 'echo mine >/var/mine');
  await host.sh(`ln -s ${sysroot} /srv/link`);
  for (const directory of [sysroot, `${sysroot}/inside`, '/var/lib/ostree-guests', '/srv/link'])
    expect(
      await refusal(
        `guestctl create two --ref site:${serverRef} --url file:///srv/mirror/repo --set Guest.Sysroot=${directory}`,
      ),
    ).toMatch(
      /two\.guest:3:9: .* is shared with mail \(.*\): each guest .*\n +Sysroot=[\s\S]*Nothing was written/,
    );
  await declare(host, 'two', at('/srv/two'));
  expect(await refusal('guestctl edit two --from -', at('/srv/link'))).toContain(
    '/srv/link is shared with mail',
  );
  expect(await host.sh('cat /etc/ostree-guests/two.guest')).toContain('/srv/two');
  // A directory that a guest would have under another name.
  await declare(host, 'two', at('/var/lib/ostree-guests/late/sysroot'));
  expect(await refusal('guestctl rename mail late')).toContain('late/sysroot is shared with two');

  // Declared by hand, which nothing checks.
  await declare(host, 'two', at(sysroot));
  const remedy = 'Give two another directory (/etc/ostree-guests/two.guest:2): guestctl edit two';
  for (const [one, other] of [
    ['two', 'mail'],
    ['mail', 'two'],
  ] as const)
    expect(await refusal(`guestctl remove --yes ${one}`)).toBe(
      `${sysroot} is shared with ${other} (${sysroot}), nothing was removed. ${remedy}`,
    );
  await host.sh('mv /etc/ostree-guests/mail.guest /root');
  expect(await refusal('guestctl remove --yes two')).toMatch(
    /mail\/sysroot has the files of mail, which is not declared, nothing was removed\. To keep them, give two another/,
  );
  await host.sh('mv /root/mail.guest /etc/ostree-guests && systemctl daemon-reload');
  await host.sh(`guestctl edit two --from - <<'.' && guestctl remove --yes two\n${guestFile()}.`);
  expect(await host.sh(`rm /srv/link; cat ${sysroot}/ostree/deploy/mail/var/mine`)).toBe('mine');
  expect(await status(host, 'mail')).toMatchObject({ state: 'running' });
});

describe('remove', () => {
  test('refuses what runs, and what nobody has agreed to', async () => {
    const running = await host.try('guestctl remove --yes mail');
    expect([running.exitCode, running.stderr]).toEqual([
      1,
      'mail is running, nothing was removed. Stop it: guestctl stop mail',
    ]);
    await host.sh('guestctl stop mail');
    const { exitCode, stderr } = await host.try('guestctl remove mail </dev/null');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /mail\.guest\n.*\/var\/lib\/ostree-guests\/mail\/sysroot.*Nothing was removed\. To remove it without a question: guestctl remove --yes mail/s,
    );
    await host.sh('guestctl start mail && guestctl stop mail');
  });

  test('keeps /var where asked to, and a new guest of that name has it', async () => {
    await host.sh('guestctl start mail');
    await inGuest(host, 'mail', 'echo kept >/var/kept');
    await host.sh(
      'guestctl stop mail && cp /etc/ostree-guests/mail.guest /root/ && guestctl remove --yes --keep-var mail',
    );
    expect(await host.sh('ls /etc/ostree-guests; ls /var/lib/ostree-guests/mail/sysroot')).toBe('ostree');
    expect(
      await host.sh('systemctl is-enabled systemd-nspawn@mail ostree-guest-update@mail.timer || true'),
    ).toBe('disabled\ndisabled');
    await host.sh(
      'mv /root/mail.guest /etc/ostree-guests/ && systemctl daemon-reload && guestctl update mail && guestctl start mail',
    );
    expect(await inGuest(host, 'mail', 'cat /var/kept')).toBe('kept');
  });

  test('leaves nothing else, also while an update goes on', async () => {
    await host.write(
      '/run/systemd/system/ostree-guest-update@mail.service.d/hang.conf',
      '[Service]\nExecStartPost=sleep infinity\n',
    );
    await host.sh(`systemctl daemon-reload; guestctl stop mail
      systemctl start --no-block ostree-guest-update@mail`);
    const updates = '[ "$(systemctl show -P SubState ostree-guest-update@mail)" = start-post ]';
    await eventually(host, updates);
    await host.sh('guestctl remove --yes mail');
    expect((await host.try(updates)).exitCode).toBe(1);
    await host.sh('rm -r /run/systemd/system/ostree-guest-update@mail.service.d; systemctl daemon-reload');
    expect(await host.sh('ls -A /etc/ostree-guests /run/machines; ls /var/lib/ostree-guests')).toBe(
      '/etc/ostree-guests:\n\n/run/machines:',
    );
    await eventually(
      host,
      'units=$(systemctl list-units --all --plain --no-legend "*@mail*") && ! grep -v not-found <<<"$units" | grep .',
    );
  });
});
