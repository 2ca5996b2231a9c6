// Words of systemd and of systemd-nspawn mean here what they mean there. Beside each value is where its meaning is written:
// a manual page, or a function in systemd's sources. test/unit/oracle.test.ts has what their parsers can be asked.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBad } from '../../src/config/line.ts';
import { loadGuest, sourcesOf } from '../../src/config/load.ts';
import { nearest } from '../../src/config/nearest.ts';
import { formatProblem } from '../../src/config/problem.ts';
import type { SourceFile } from '../../src/config/read.ts';
import { generate } from '../../src/generator/generate.ts';
import { ownCommand } from '../../src/generator/nspawn/guest-options.ts';
import { mergedText } from '../../src/guestctl/screens/merged.ts';
import { problemsText } from '../../src/guestctl/screens/problems.ts';
import { missingSources } from '../../src/machine/bind-sources.ts';
import { complaints, guestOf, read } from './read.ts';

const good = '[Guest]\nRef=site:x\n';
const machine = (text: string, more: readonly SourceFile[] = []) => {
  const checked = read(good + text, 'mail', more);
  if ('broken' in checked) throw new Error(checked.broken.problems.map(formatProblem).join('\n'));
  return checked.guest.machine;
};

/** What the generator writes for guest files, by path; files of the same directory. */
function generated(files: Readonly<Record<string, string>>) {
  const written = new Map<string, string>();
  const port = {
    list: (directory: string) => [
      ...new Set(
        Object.keys(files).flatMap((path) =>
          path.startsWith(`${directory}/`) ? [path.slice(directory.length + 1).split('/')[0] ?? ''] : [],
        ),
      ),
    ],
    read: (file: string) => files[file],
    write: (path: string, text: string) => void written.set(path, text),
    link: () => {},
  };
  const problems = generate(port, 'out', { guests: ['etc'], nspawn: ['nspawn'] });
  return { problems, unit: written.get('out/systemd-nspawn@mail.service.d/50-guest.conf') ?? '', written };
}

// PID 1 stops reading a drop-in at the first line that is not clean UTF-8 to it: unichar_is_valid() in basic/utf8.c.
describe('a broken guest never boots as something else', () => {
  test.each(['\uFFFF', '\uFFFE', '\uFDD0', '\uFDEF', '\u{1FFFE}', '\u{10FFFF}', '\0', '\uFFFD'])(
    '%j in a file',
    (character) => {
      const { problems, unit } = generated({ 'etc/mail.guest': `${good}[Exec]\nBoot=no ${character}\n` });
      expect(problems).toHaveLength(1);
      expect(isBad(unit)).toBe(false);
      expect(unit).toContain('\nExecStart=\nExecStart=false\n');
    },
  );

  test('what is no character is told, with its place', () => {
    expect(complaints(`${good}Description=Mail \u{1FFFF}!\n`)).toEqual([
      'mail.guest:3:18: U+1FFFF is not a character, and systemd stops reading the file there. Remove it',
    ]);
  });

  test('what keeps it from booting stands before any text of the user', () => {
    const { unit } = generated({ 'etc/mail.guest': `${good}[Guest]\nDescription=theirs\nTheirs=1\n` });
    const theirs = /mail|theirs/i.exec(unit)?.index ?? 0;
    expect(unit.indexOf('\nExecStart=\nExecStart=false\nExecStopPost=\n')).toBeGreaterThan(0);
    expect(unit.indexOf('ExecStart=false')).toBeLessThan(theirs);
  });

  test('and what starts a good one, too', () => {
    const { unit } = generated({
      'etc/mail.guest': `${good}Description=theirs\n[Unit]\nAfter=theirs.service\n[Service]\nMemoryMax=1G\n`,
    });
    expect(unit.indexOf('\nExecStart=')).toBeLessThan(unit.indexOf('theirs'));
    expect(unit.indexOf('\nExecStart=')).toBeLessThan(unit.indexOf('MemoryMax'));
  });

  test('a drop-in whose name is what systemd cannot read does not make it unreadable', () => {
    const { unit } = generated({ 'etc/mail.guest': good, 'etc/mail.guest.d/\uFFFF.conf': '[Nowhere]\n' });
    expect(unit).toContain('/\uFFFD.conf:1:1: There is no section [Nowhere]');
    expect(unit).not.toContain('\uFFFF');
  });

  test('whatever is in its file, systemd can read its units', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '[Guest]\n',
        'Ref=site:x\n',
        'Description=',
        '[Exec]\n',
        'Environment=A=',
        'Parameters=',
        '%',
        '%n',
        '😀',
        '\u{1FFFE}',
        '\uFFFF',
        '\\',
        '\n',
        '"',
        '\x01',
        '\x85',
      ),
      fc.string({ unit: 'binary', maxLength: 120 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        for (const text of generated({ 'etc/mail.guest': `${good}${pieces.join('')}` }).written.values()) {
          expect(isBad(text)).toBe(false);
          expect(text).toMatch(/^[^\0\r]*$/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

// settings_private_network(), settings_network_veth() and merge_settings() of nspawn; systemd.nspawn(5), [Network].
test.each([
  ['', 'veth', []],
  ['Port=80', 'veth', ['--port=80']],
  ['VirtualEthernet=no', 'host', []],
  ['VirtualEthernet=yes', 'veth', []],
  ['Private=yes', 'private', []],
  ['Private=no', 'host', []],
  ['Private=no\nVirtualEthernet=yes', 'veth', []],
  ['Private=yes\nVirtualEthernet=no', 'private', []],
  ['Private=no\nBridge=br0', 'veth', ['--network-bridge=br0']],
  ['Zone=site', 'veth', ['--network-zone=site']],
  ['MACVLAN=eth0', 'private', ['--network-macvlan=eth0']],
  ['IPVLAN=eth0', 'private', ['--network-ipvlan=eth0']],
  ['Interface=eth0 eth1', 'private', ['--network-interface=eth0', '--network-interface=eth1']],
  ['VirtualEthernetExtra=a:b', 'private', ['--network-veth-extra=a:b']],
  ['VirtualEthernet=yes\nMACVLAN=eth0', 'veth', ['--network-macvlan=eth0']],
  ['NamespacePath=/run/netns/a', 'host', ['--network-namespace-path=/run/netns/a']],
  ['VirtualEthernet=', 'veth', []],
])('[Network] %j', (text, network, networkOptions) => {
  expect(machine(`[Network]\n${text}\n`)).toMatchObject({ network, networkOptions });
  const nspawn = { kind: 'nspawn', file: 'mail.nspawn', text: `[Network]\n${text}\n` } as const;
  const [theirs, ours] = [read(good, 'mail', [nspawn]), read(`${good}[Network]\n${text}\n`)];
  expect('guest' in theirs && theirs.guest.machine).toEqual('guest' in ours && ours.guest.machine);
});

// expose_port_parse(): the same port of the host twice is an error on the command line.
test('a port that is written twice is one', () => {
  const { networkOptions } = machine('[Network]\nPort=80\nPort=tcp:80\nPort=80:80\nPort=udp:80\n');
  expect(networkOptions).toEqual(['--port=80:80', '--port=udp:80']);
});

// config_parse_strv(): EXTRACT_UNQUOTE|EXTRACT_RETAIN_ESCAPE. systemd.nspawn(5), Environment=, Parameters=.
test.each([
  ['A=a\\x20b', ['A=a\\x20b']],
  ['PS1=\\u@\\h', ['PS1=\\u@\\h']],
  ['"A=b c" D=\\n', ['A=b c', 'D=\\n']],
  ['A="\\"', ['A=\\']],
  // Blanks are space, tab and line ends: WHITESPACE in basic/string-util.h.
  ['GREETING=hello\u00a0world', ['GREETING=hello\u00a0world']],
])('Environment=%s', (value, words) => {
  expect(machine(`[Exec]\nEnvironment=${value}\n`).options).toEqual(words.map((word) => `--setenv=${word}`));
});

// nspawn forwards what comes from outside to all addresses of the host; a proxy does the rest.
test.each([
  ['Port=8080:80', ['--port=8080:80'], [['8080_80', '127.0.0.1:8080']]],
  ['Port=udp:53', ['--port=udp:53'], []],
  ['Port=127.0.0.1:8080:80', [], [['8080_80', '127.0.0.1:8080']]],
  ['Port=tcp:192.0.2.1:80', [], [['80_80', '192.0.2.1:80']]],
  ['Port=[2001:db8::1]:8080:80', [], [['8080_80', '[2001:db8::1]:8080']]],
  [
    'Port=8080:80\nPort=127.0.0.1:8080:80\nPort=[::1]:8080:80\nPort=443',
    ['--port=8080:80', '--port=443'],
    [
      ['8080_80', '127.0.0.1:8080', '[::1]:8080'],
      ['443_443', '127.0.0.1:443'],
    ],
  ],
])('%j', (text, networkOptions, proxies) => {
  const { networkOptions: options, proxies: made } = machine(`[Network]\n${text}\n`);
  expect(options).toEqual(networkOptions);
  expect(made.map(({ name, listens }) => [name, ...listens])).toEqual(proxies);
});

test('Parameters= keep their backslashes', () => {
  expect(machine('[Exec]\nParameters=D:\\new \\o/ "a b"\n').parameters).toEqual(['D:\\new', '\\o/', 'a b']);
});

test('a no-break space is text at the end of a value, too', () => {
  expect(guestOf(`${good}Description=\u00a0x\u00a0\n`).description).toBe('\u00a0x\u00a0');
});

// parse_boolean(), for every key that takes one: parse_link_journal(), DEFINE_STRING_TABLE_LOOKUP_WITH_BOOLEAN().
test.each([
  ['Exec', 'Boot', ['Yes', '1', 't']],
  ['Exec', 'Ephemeral', ['No', 'off', '0']],
  ['Exec', 'ProcessTwo', ['False', 'n']],
  ['Exec', 'LinkJournal', ['no', 'off', 'FALSE', '0']],
  ['Exec', 'Timezone', ['no', 'off', 'Yes', 'copy']],
  ['Exec', 'ResolvConf', ['no', 'off', 'YES', 'copy-host']],
  ['Exec', 'PrivateUsers', ['no', 'false', 'Off', '0', 'pick', '65536', '65536:65536', '268435456:2097152']],
  ['Files', 'ReadOnly', ['False', 'no']],
  ['Files', 'Volatile', ['No', 'off']],
  ['Files', 'PrivateUsersChown', ['False']],
])('[%s] %s= takes %j', (section, key, values) => {
  for (const value of values) expect(complaints(`${good}[${section}]\n${key}=${value}\n`)).toEqual([]);
});

test('PrivateUsers=off is no', () => {
  for (const value of ['no', 'Off', '0', 'false'])
    expect(machine(`[Exec]\nPrivateUsers=${value}\n`).privateUsers).toBe('no');
});

// config_parse_private_users(): 1 is yes, which takes the UIDs of the root directory's owner. That is the host's root.
test.each(['1', 'yes', 'on', 'identity', '5', '65535', '1:65536'])(
  'PrivateUsers=%s would be UIDs of the host',
  (value) => {
    expect(complaints(`${good}[Exec]\nPrivateUsers=${value}\n`)[0]).toContain(
      "the UIDs of the host's own users",
    );
  },
);
test.each([
  ['managed', 'takes a tree whose owner is "foreign"'],
  ['99999999999', 'There are no UIDs so high'],
  ['65536:1000', 'at least 65536 UIDs'],
])('PrivateUsers=%s says why not', (value, why) => {
  expect(complaints(`${good}[Exec]\nPrivateUsers=${value}\n`)[0]).toContain(why);
});

describe('credentials', () => {
  const options = (text: string) =>
    [
      ...ownCommand(guestOf(`${good}[Service]\n${text}\n`)).matchAll(
        /"?--load-credential=([^ "]+(?: [^ "]+:[^ "]+ [^ "]+)?)/g,
      ),
    ].map(([, id]) => id);

  // systemd.unit(5), SPECIFIERS: the unit of the guest expands them, there and here.
  test('names have the specifiers of systemd', () => {
    expect(options('LoadCredential=%i.pw:/etc/x')).toEqual(['%i.pw:%i.pw']);
    expect(options('LoadCredential=%n.%%:/etc/x')).toEqual(['mail.%%:mail.%%']);
  });
  // credential_name_valid() in shared/creds-util.c.
  test('and blanks', () => {
    expect(ownCommand(guestOf(`${good}[Service]\nLoadCredential=a b:/x\n`))).toContain(
      '"--load-credential=a b:a b"',
    );
  });
  // config_parse_load_credential() and config_parse_set_credential(): one list for each two keys.
  test.each([
    ['LoadCredentialEncrypted=a:/x\nLoadCredential=', []],
    ['LoadCredential=a:/x\nLoadCredentialEncrypted=\nLoadCredential=b:/x', ['b:b']],
    ['SetCredentialEncrypted=a:x\nSetCredential=', []],
    ['LoadCredential=a:/x\nSetCredential=', ['a:a']],
    ['LoadCredential=a:/x\nSetCredential=a:default', ['a:a']],
  ])('%j', (text, ids) => {
    expect(options(text)).toEqual(ids);
  });
});

// systemd-nspawn(1), --overlay=; overlay_mount_parse(). Where /srv is, trees have a link into /var.
test.each([
  ['Overlay', '/a:/srv/b', '--overlay=/a:/srv/b:/var/srv/b'],
  ['Overlay', '/a:/var/b', '--overlay=/a:/var/b:/var/b'],
  ['Overlay', '/a:/b:/srv/c', '--overlay=/a:/b:/var/srv/c'],
  ['Overlay', '/a:/b:/c:/mnt/d', '--overlay=/a:/b:/c:/var/mnt/d'],
  ['Overlay', '/a::/mnt/c', '--overlay=/a::/var/mnt/c'],
  ['Overlay', '+/a:+/mnt/b', '--overlay=+/a:+/mnt/b:/var/mnt/b'],
  ['Overlay', 'a:srv/b', '--overlay=a:srv/b:/var/srv/b'],
  ['OverlayReadOnly', '/a:/srv/b', '--overlay-ro=/a:/srv/b:/var/srv/b'],
  // bind_mount_parse(): an empty source is a directory that nspawn makes.
  ['Bind', ':/mnt/b', '--bind=:/var/mnt/b'],
  // inaccessible_mount_parse(): the whole value is the path.
  ['Inaccessible', '/mnt/a:b\\c', '--inaccessible=/var/mnt/a:b\\c'],
])('%s=%s', (key, value, option) => {
  expect(machine(`[Files]\n${key}=${value}\n`).options).toEqual([option]);
});

test.each([
  ['Overlay', '/srv', 'An overlay takes at least two directories'],
  ['Overlay', '/a:', 'has no name'],
  ['Overlay', ':/b:/mnt/c', 'has no name'],
  ['Overlay', '/a:/usr/b', "A guest's /usr is read-only"],
  ['Bind', '/a:', 'absolute path'],
  ['Bind', '-/a', 'absolute path'],
  ['Bind', '+a:/mnt/b', 'must be absolute'],
  // parse_mount_bind_options(), which nspawn calls when it mounts.
  ['Bind', '/a:/mnt/b:ro', 'Write BindReadOnly='],
  ['Bind', '/a:/mnt/b:idmap,rw', "'rw' is not an option of a bind"],
])('%s=%s is refused', (key, value, why) => {
  expect(complaints(`${good}[Files]\n${key}=${value}\n`)).toEqual([expect.stringContaining(why)]);
});

// source_path_parse(): no word for a source that may be missing, and what is not absolute is made so.
test('the remedy for a source that is not there is one that helps', () => {
  const { values } = guestOf(
    `${good}[Files]\nBind=/nonexistent:/mnt/a\nBind=-/nonexistent:/mnt/b\nBind=nonexistent:/mnt/c\nOverlay=/nonexistent:/tmp:/mnt/d\n`,
  );
  const found = missingSources({ values }, ['Bind', 'Overlay']).map(
    ({ at, message, remedy }) => `${at.line}: ${message}. ${remedy}`,
  );
  expect(found).toEqual([
    '4: /nonexistent does not exist on this host. Create it, or correct the path',
    "5: /-/nonexistent does not exist on this host. systemd-nspawn knows no '-' before a source that may be missing: make it, or leave it out",
    '6: /nonexistent does not exist on this host. Create it, or correct the path',
    '7: /nonexistent does not exist on this host. Create it, or correct the path',
  ]);
});

// What nspawn's command line refuses [T 252, 257, 262], and what can be seen without asking it.
test.each([
  ['Exec', 'OOMScoreAdjust', '5000'],
  ['Exec', 'KillSignal', 'help'],
  ['Exec', 'Capability', 'CAP_CHOWN,CAP_KILL'],
  ['Exec', 'Hostname', 'a..b'],
  ['Exec', 'MachineID', '0'.repeat(32)],
  ['Exec', 'MachineID', '0123456789abcdef0123-456789abcdef'],
  ['Exec', 'CPUAffinity', 'abc'],
  ['Exec', 'Environment', 'foo-bar=1'],
  ['Exec', 'Environment', 'A=b FOO'],
  ['Network', 'Port', '70000'],
  ['Network', 'Interface', 'averyveryverylongname'],
  ['Network', 'Interface', 'eth0 all'],
  ['Network', 'VirtualEthernetExtra', '123'],
  ['Network', 'Bridge', '123'],
])('[%s] %s=%s is refused', (section, key, value) => {
  expect(complaints(`${good}[${section}]\n${key}=${value}\n`)).toHaveLength(1);
});

test('places are those of what is written, behind specifiers and in continuation lines, too', () => {
  const places = (text: string) =>
    complaints(good + text).map((one) => one.replace(/^mail.guest:(\d+:\d+): .*/, '$1'));
  expect(places('[Exec]\nParameters=%n%n%n "x')).toEqual(['4:19']);
  expect(places('[Exec]\nEnvironment=A=%% B=%n 1c=%n')).toEqual(['4:23']);
  expect(places('[Exec]\nEnvironment=A=%n \\\n  # comment\n   B')).toEqual(['6:4']);
  expect(places('[Network]\nInterface=eth0 \\\n a/b')).toEqual(['5:2']);
});

describe('sections', () => {
  test('an unknown one is told once, at its header, an empty one too', () => {
    expect(complaints(`${good}[Exce]\n[Upate]\nAction=stage\nBy=x\n`)).toEqual([
      'mail.guest:3:1: There is no section [Exce]. Did you mean [Exec]?',
      'mail.guest:4:1: There is no section [Upate]. Did you mean [Update]?',
    ]);
  });
  // systemd.unit(5): names that begin with X- are for others, and systemd ignores them.
  test('X- sections and keys are ignored', () => {
    const text = `${good}X-Site=1\n[X-Site]\nanything at all\nRef=\\\nx\n[Service]\nX-ActivationStrategy=\n`;
    expect(complaints(text)).toEqual([]);
    const nspawn = {
      kind: 'nspawn',
      file: 'mail.nspawn',
      text: '[Exec]\nX-ActivationStrategy=restart\n[X-NixOS]\na\n',
    } as const;
    expect(complaints(good, 'mail', [nspawn])).toEqual([]);
  });
});

// systemd.nspawn(5) of 262, "Added in version".
test('keys that are newer than 252 pass', () => {
  const text = '[Exec]\nRestrictAddressFamilies=AF_INET\n[Files]\nBindUser=alice\nBindUserShell=yes\n';
  expect(machine(text).options).toEqual([
    '--restrict-address-families=AF_INET',
    '--bind-user=alice',
    '--bind-user-shell=yes',
  ]);
});

describe('an empty assignment in a file of nspawn', () => {
  const of = (text: string) => machine('', [{ kind: 'nspawn', file: 'mail.nspawn', text }]).options;
  // config_parse_bind() and the like only warn; config_parse_strv() forgets.
  test.each([
    ['[Files]\nBind=/a:/mnt/a\nBind=\n', ['--bind=/a:/var/mnt/a']],
    ['[Exec]\nCapability=CAP_KILL\nCapability=\n', ['--capability=CAP_KILL']],
    ['[Exec]\nEnvironment=A=1\nEnvironment=\n', []],
    ['[Exec]\nHostname=a\nHostname=\n', []],
  ])('%j', (text, options) => {
    expect(of(text)).toEqual(options);
    const source = { kind: 'nspawn', file: 'mail.nspawn', text } as const;
    expect(machine(`${mergedText([source])}\n`).options).toEqual(options);
  });
});

test.each([
  ['[Service]\nMemoryLimit=1G', 'Write MemoryMax='],
  ['[Service]\nExecStart=x', 'See ostree-guests.guest(5)'],
  ['[Service]\nEnvironment=SYSTEMD_NSPAWN_LOCK=0', 'To apply it inside the guest, put it into [Exec]'],
  ['[Service]\nMemorySwapMin=1G', 'See ostree-guests.guest(5)'],
])('the suggestion for %j never says the opposite', (text, remedy) => {
  expect(complaints(`${good}${text}\n`)[0]).toMatch(
    new RegExp(`\\. ${remedy.replace(/[()[\].]/g, '\\$&')}$`),
  );
});
test('a word is not the opposite of the nearest one', () => {
  expect(nearest('MemoryLowMin', ['MemoryLowMax'])).toBeUndefined();
  expect(nearest('IPAdressAllow', ['IPAddressDeny', 'IPAddressAllow'])).toBe('IPAddressAllow');
});

describe('files that are not what they should be', () => {
  /** An error is what reading it throws; undefined, a link that leads nowhere. */
  type Content = string | Error | undefined;
  const portOf = (files: Readonly<Record<string, Content>>) => ({
    list: (directory: string) => [
      ...new Set(
        Object.keys(files).flatMap((path) =>
          path.startsWith(`${directory}/`) ? [path.slice(directory.length + 1).split('/')[0] ?? ''] : [],
        ),
      ),
    ],
    read(file: string) {
      const content = files[file];
      if (content instanceof Error) throw content;
      return content;
    },
  });
  const path = { guests: ['/etc', '/run', '/usr'], nspawn: ['/etc/nspawn', '/run/nspawn'] };
  const load = (files: Readonly<Record<string, Content>>) => {
    const checked = loadGuest(portOf(files), 'mail', path);
    if (!checked) return undefined;
    return 'broken' in checked ? checked.broken.problems.map(formatProblem) : checked.guest;
  };
  const strange = new Error('it is not a text file');

  test.each(['/etc/mail.guest.d/x.conf', '/etc/guest.d/x.conf', '/etc/nspawn/mail.nspawn'])(
    '%s is named itself',
    (file) => {
      expect(load({ '/etc/mail.guest': good, [file]: strange })).toEqual([
        `${file}:1:1: Cannot be read: it is not a text file`,
      ]);
    },
  );

  test('what is wrong beside it is told, too', () => {
    expect(load({ '/etc/mail.guest': `${good}Reff=1\n`, '/etc/mail.guest.d/x.conf': strange })).toHaveLength(
      2,
    );
  });

  // conf_files_list() and settings_load() skip a link that leads nowhere, and take what it would hide.
  test('a link that leads nowhere hides nothing', () => {
    const [nowhere, theirs] = [undefined, '[Guest]\nDescription=theirs\n'];
    expect(
      load({
        '/etc/mail.guest': good,
        '/etc/mail.guest.d/x.conf': nowhere,
        '/usr/mail.guest.d/x.conf': theirs,
      }),
    ).toMatchObject({ description: 'theirs' });
    expect(
      load({ '/etc/mail.guest': good, '/etc/guest.d/x.conf': nowhere, '/usr/guest.d/x.conf': theirs }),
    ).toMatchObject({ description: 'theirs' });
    expect(
      load({ '/etc/mail.guest': nowhere, '/usr/mail.guest': `${good}Description=theirs\n` }),
    ).toMatchObject({ description: 'theirs' });
    const nspawn = load({
      '/etc/mail.guest': good,
      '/etc/nspawn/mail.nspawn': nowhere,
      '/run/nspawn/mail.nspawn': '[Exec]\nHostname=a\n',
    });
    expect(nspawn).toMatchObject({ machine: { options: ['--hostname=a'] } });
  });

  test('a name that is not UTF-8 is told, in the same words by each engine', () => {
    expect(load({ '/etc/mail.guest': good, '/etc/mail.guest.d/\uFFFD\uFFFD.conf': undefined })).toEqual([
      '/etc/mail.guest.d/\uFFFD.conf:1:1: The name of this file is not UTF-8 text. Rename it',
    ]);
  });

  test('a directory that cannot be listed is told, and the others count', () => {
    const port = portOf({ '/run/mail.guest': good });
    const list = (directory: string) => {
      if (directory === '/etc') throw new Error('ELOOP');
      return port.list(directory);
    };
    const written: string[] = [];
    const files = { ...port, list, write: (file: string) => void written.push(file), link: () => {} };
    expect(generate(files, 'out', path).map(formatProblem)).toEqual(['/etc:1:1: Cannot be read: ELOOP']);
    expect(written).toHaveLength(1);
  });

  test('they can be shown', () => {
    const files = portOf({ '/etc/mail.guest': strange, '/etc/mail.guest.d/x.conf': strange });
    expect(mergedText(sourcesOf(files, 'guest', 'mail', path))).toContain(
      '# /etc/mail.guest:1:1: Cannot be read',
    );
    const at = { file: '/etc/mail.guest', line: 1, column: 1 };
    expect(problemsText([{ at, message: 'strange' }], files)).toBe('/etc/mail.guest:1:1: strange');
  });
});

test('what is right beside a mistake can still be asked about', () => {
  const checked = read(`${good}[Update]\nAction=now\nOnCalendar=daily\n`);
  const rest = 'broken' in checked ? checked.broken.rest?.() : undefined;
  expect(rest?.values.all('Update', 'OnCalendar')).toEqual(['daily']);
  expect(rest?.values.all('Update', 'Action')).toEqual([]);
});
