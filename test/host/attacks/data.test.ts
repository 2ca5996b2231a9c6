// What guests, trees and remotes say is data: it does nothing to a terminal, and holds nobody up. Secrets stay secret.
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declare, eventually, failingUpdate, guestFile, inGuest, start, update } from '../guests.ts';
import { bootHost, type Host } from '../host.ts';
import { makeMirror, publish, serverRef } from '../mirror.ts';

let host: Host;
const evilRef = 'debian/12/evil';
const evilFile = (more = '') => guestFile(more).replace(serverRef, evilRef);

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
  await host.sh('useradd joe');
  await publish(host, evilRef, { version: '1' });
  await declare(host, 'evil', evilFile());
  await declare(host, 'mail', guestFile('[Service]\nSetCredential=token:TOP-SECRET\\n\n'));
  await Promise.all(['evil', 'mail'].map((name) => update(host, name)));
  await Promise.all(['evil', 'mail'].map((name) => start(host, name)));
});
afterAll(() => host?.stop());

/** Sequences that set titles, hide what is above, turn the writing, or are one byte long: of C0, C1, and bidirectional. */
const hostile = '\x1b]0;owned\x07\x1b[2K\x1b[1A\x1b[8m\x9b2K\x08\u202egnp';

/** What a command writes to a terminal, without our own colours. */
async function onTerminal(command: string): Promise<string> {
  const { stdout } = await host.try(
    `script --echo never -qec ${quoted(`stty cols 300 rows 300; ${command}`)} /dev/null </dev/null`,
  );
  const colours = [0, 1, 2, 31, 32, 33].map((code) => `\x1b[${code}m`);
  const noise = ['\r', ...colours];
  return noise.reduce((text, one) => text.replaceAll(one, ''), stdout);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Who opens a pipe waits for ever, and who asks systemd-machined then, for 25 s: sd_bus_call(3). */
const soon = 'timeout 20';

const acts = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u;

describe('escape sequences', () => {
  test('in a title, a version or the name of a file are shown, and do nothing', async () => {
    const entries = '/var/lib/ostree-guests/evil/sysroot/boot/loader/entries';
    await host.sh(`sed -i ${quoted(`s/^title .*/title Evil ${hostile}/`)} ${entries}/*.conf`);
    const first = await host.sh(`ostree --repo=/srv/mirror/repo rev-parse ${evilRef}`);
    const second = await publish(host, evilRef, { files: { [`/usr/share/${hostile}`]: 'x' } });
    await host.sh(
      `ostree --repo=/var/lib/ostree-guests/evil/sysroot/ostree/repo pull-local /srv/mirror/repo ${second}`,
    );
    for (const [command, seen] of [
      ['guestctl list', 'Evil \\x1b]0;owned'],
      ['guestctl status evil', 'Evil \\x1b]0;owned'],
      ['guestctl deployments evil', 'Evil \\x1b]0;owned'],
      ['guestctl rollback evil none', 'guestctl deployments evil'],
      [`guestctl diff evil ${first} ${second} -o wide`, '\\x08\\u202egnp'],
      [`guestctl ${quoted(hostile)}`, 'unknown command'],
    ] as const) {
      const shown = await onTerminal(command);
      expect(shown).toContain(seen);
      expect([command, acts.exec(shown)]).toEqual([command, null]);
    }
    const json = await host.sh('guestctl list -o json');
    expect(json).not.toMatch(acts);
    expect(JSON.parse(json)[0].deployments[0].title).toContain(hostile);
  });
});

describe('a health check', () => {
  test('may print as much as it likes, and what it prints does nothing', async () => {
    // Its second run ends the guest, so that nobody waits for the time to be up.
    const check = `#!/bin/sh
      [ ! -e /run/failed ] || { systemctl --no-block exit 7; sleep infinity; }
      head -c 1G /dev/zero
      touch /run/failed
      printf '%s\\n' ${quoted(hostile)} >&2
      exit 1`;
    await publish(host, evilRef, {
      version: '2',
      files: { '/usr/bin/check': { content: check, mode: 0o755 } },
    });
    await declare(
      host,
      'evil',
      evilFile('[Update]\nTries=1\nHealthTimeoutSec=15min\nHealthCheck=/usr/bin/check\n'),
    );
    await update(host, 'evil');
    await host.try('systemctl start ostree-guest-switch@evil');
    await eventually(host, 'guestctl history evil -o json | grep rollback');
    const shown = await onTerminal('guestctl history evil; guestctl status evil; guestctl deployments evil');
    expect(shown).toContain(
      'it ended by itself (HealthCheck=/usr/bin/check did not succeed (exit code 1: \\x1b]0;owned',
    );
    expect(acts.exec(shown)).toBeNull();
    const journal = await host.sh(
      'journalctl --sync; journalctl -o cat -u ostree-guest-assess@evil -u ostree-guest-switch@evil',
    );
    expect(journal).toContain('did not succeed');
    expect(stripVTControlCharacters(journal)).toBe(journal);
    expect(await host.sh('journalctl -k -o cat; journalctl -o cat -u ostree-guest-assess@evil')).not.toMatch(
      /oom/i,
    );
  });

  test('that does not end leaves nothing running, in the guest or on the host', async () => {
    const check = `#!/bin/sh
      trap '' TERM INT HUP
      setsid sh -c 'trap "" TERM INT HUP; sleep 77777' &
      sleep 88888`;
    // The time is that of the check: it begins when the guest is up, however long that takes.
    await host.write(
      '/run/systemd/system/ostree-guest-assess@evil.service.d/late.conf',
      `[Service]
TimeoutStartSec=infinity
ExecStartPre=/bin/sh -c "until systemctl -q is-active systemd-nspawn@evil; do sleep 0.1 2>/dev/null || :; done"
`,
    );
    await declare(
      host,
      'evil',
      evilFile('[Update]\nTries=1\nHealthTimeoutSec=30s\nHealthCheck=/usr/bin/check\n'),
    );
    const third = await publish(host, evilRef, {
      version: '3',
      files: { '/usr/bin/check': { content: check, mode: 0o755 } },
    });
    await update(host, 'evil');
    const switching = host.try('systemctl start ostree-guest-switch@evil');
    // The host sees the processes of its guests, too.
    await eventually(host, 'pgrep -f "^sleep 77777" && pgrep -f "^sleep 88888"');
    expect((await switching).exitCode).toBe(1);
    await eventually(host, `test -e /var/lib/ostree-guests/evil/rejected/${third}.json`);
    const left = '^sleep [78]{5}|^sh -c trap|^/bin/sh /usr/bin/check|^systemd-run .*evil';
    expect(await host.sh(`pgrep -af '${left}' || true`)).toBe('');
    await host.sh('rm -r /run/systemd/system/ostree-guest-assess@evil.service.d; systemctl daemon-reload');
  });
});

test('a pipe for an os-release holds up nobody else, and doctor says if it holds up systemd-machined', async () => {
  await inGuest(host, 'evil', 'rm -f /etc/os-release; mkfifo /etc/os-release');
  await host.try('timeout 3 machinectl list');
  expect(await host.sh(`${soon} guestctl status mail`)).toContain('State: running');
  expect(await host.sh(`${soon} guestctl list`)).toMatch(/mail +running/);
  // What systemd waits for differs by version. It answers, however slow the machine is, or never.
  const { exitCode } = await host.try(`${soon} machinectl show mail`);
  const isHeldUp = exitCode === 124;
  const { stdout } = await host.try('guestctl doctor');
  expect([exitCode, stdout]).toEqual([
    isHeldUp ? 124 : 0,
    isHeldUp
      ? expect.stringMatching(/BAD {2}machined .*does not answer/)
      : expect.not.stringMatching(/BAD {2}machined/),
  ]);
  if (!isHeldUp) return;
  await inGuest(host, 'evil', 'rm /etc/os-release').catch(() =>
    host.sh('rm /run/ostree-guests/evil/root/etc/os-release'),
  );
  await host.sh('systemctl kill --signal=KILL systemd-machined');
  await eventually(host, 'timeout 3 machinectl show mail');
  expect(await host.sh('systemctl is-active systemd-nspawn@mail systemd-nspawn@evil')).toBe('active\nactive');
});

test('pipes and links in the place of files of a sysroot are not opened', async () => {
  const sysroot = '/var/lib/ostree-guests/evil/sysroot';
  await host.sh(`cd ${sysroot}/boot/loader/entries; mkfifo a.conf; ln -s /dev/zero b.conf
    cd ${sysroot}/ostree/deploy/evil/deploy; for o in *.origin; do mv $o $o.was; mkfifo $o; done`);
  expect(await host.sh(`${soon} guestctl list; ${soon} guestctl status evil`)).toMatch(/mail +running/);
  expect((await host.try(`${soon} guestctl deployments evil`)).stderr).toContain(
    '.origin is not a text file',
  );
  await host.sh(`rm ${sysroot}/boot/loader/entries/[ab].conf; cd ${sysroot}/ostree/deploy/evil/deploy
    for o in *.origin; do mv $o.was $o; done`);
});

test('a guest that cannot be read does not hide the others', async () => {
  await host.sh('echo {broken >/var/lib/ostree-guests/evil/rollback.json');
  const { exitCode, stdout, stderr } = await host.try('guestctl list');
  expect(stdout).toMatch(/evil +running .* damaged.*\nmail +running/);
  expect([exitCode, stderr]).toEqual([
    1,
    expect.stringMatching(/rollback\.json is damaged: it is not JSON\. .*Remove it/),
  ]);
  await host.sh('rm /var/lib/ostree-guests/evil/rollback.json; guestctl list');
});

describe('secrets', () => {
  const asJoe = (script: string) => host.try(`runuser -u joe -- sh -c ${quoted(script)}`);

  test('nobody but the guest can read what SetCredential= says', async () => {
    await host.sh('chmod 600 /etc/ostree-guests/mail.guest');
    const places = '/run/systemd /run/ostree-guests /run/credentials /etc/ostree-guests /proc/[0-9]*/cmdline';
    const { all } = await asJoe(`systemctl cat systemd-nspawn@mail ostree-guest-rehearsal@mail
      systemctl show systemd-nspawn@mail; cat /run/ostree-guests/mail/credentials/token
      grep -rs TOP- ${places}; systemctl status systemd-nspawn@mail`);
    expect(all).toContain('ExecStart');
    expect(all).not.toContain('TOP-');
    expect(await inGuest(host, 'mail', 'cat /run/credentials/@system/token; echo .')).toBe('TOP-SECRET\n.');
  });

  test('a password in a URL is in no message, no journal and no argument of a program', async () => {
    const url = 'https://user:hunter2@127.0.0.1:9/repo';
    await host.write(
      '/usr/local/bin/ostree',
      '#!/bin/sh\nlogger -t argv -- "$*"\nexec /usr/bin/ostree "$@"\n',
      0o755,
    );
    await declare(host, 'paid', guestFile('', url));
    const error = await failingUpdate(host, 'paid');
    expect(error).toContain('cannot fetch debian/12/server from https://user:***@127.0.0.1:9/repo');
    const shown = await host.try(
      'set +e; guestctl status paid; guestctl status paid -o json; guestctl verify; guestctl doctor; guestctl history paid; guestctl logs paid; guestctl cat paid',
    );
    expect(shown.all).toContain('user:***@');
    const journal = await host.sh('journalctl --sync; journalctl -o export -a | tr -d "\\0"');
    expect(journal).toMatch(/argv/);
    for (const text of [shown.all, journal]) expect(text).not.toContain('hunter2');
    await host.sh('rm /usr/local/bin/ostree; guestctl remove --yes paid');
  });
});

test('over http://, a tree without a key is not taken, and the guest goes on', async () => {
  await declare(host, 'mail', `[Guest]\nRef=site:${serverRef}\n[Remote]\nURL=http://127.0.0.1:8080/repo\n`);
  const refused =
    /mail\.guest:4:5: Over http:\/\/127.*anybody on the network path can replace the tree.*GPGVerify=no/;
  expect(await failingUpdate(host, 'mail')).toMatch(refused);
  const { exitCode, all } = await host.try('guestctl verify mail');
  expect([exitCode, all]).toEqual([1, expect.stringMatching(refused)]);
  await host.sh('systemctl restart systemd-nspawn@mail');
});

test('under sudo, the pager is less in its secure mode, whatever the user names', async () => {
  await host.write('/usr/local/bin/less', '#!/bin/sh\necho "secure=$LESSSECURE"\ncat >/dev/null\n', 0o755);
  const shown = await host.try(
    `SUDO_UID=1000 PAGER='touch /run/owned; cat' script -qec 'stty rows 3; guestctl --help; guestctl history' /dev/null </dev/null`,
  );
  expect(shown.stdout).toContain('secure=1');
  expect((await host.try('test -e /run/owned')).exitCode).toBe(1);
});

test('the history outlives the journal, and no guest can write into it', async () => {
  const forged = 'logger -t ostree-guest-switch --journald=/dev/stdin';
  await inGuest(
    host,
    'evil',
    `printf 'MESSAGE_ID=5c1a7f0e3b0d4c5e9b6f4f0a2d8e7c31\\nOSTREE_GUEST=mail\\nMESSAGE=forged\\n' | ${forged}`,
  );
  await host.sh('journalctl --sync --rotate --vacuum-time=1s');
  const history = await host.sh('guestctl history');
  expect(history).toMatch(/mail +create +done/);
  expect(history).toMatch(/evil +switch +failed/);
  expect(history).not.toContain('forged');
  await host.sh(`echo '{"guest":"ma' >>/var/lib/ostree-guests/mail/history/1.jsonl`);
  const { stderr, stdout } = await host.try('guestctl history mail');
  expect(stdout).toMatch(/create +done/);
  expect(stderr).toMatch(/history\/1\.jsonl:\d+: this line is damaged/);
});
