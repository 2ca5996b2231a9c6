// Values of [Exec], [Files] and [Network], to compare with what systemd-nspawn takes on its command line.
import { containerOf } from '../../src/config/container.ts';
import { Values } from '../../src/config/values.ts';
import { guestVocabulary } from '../../src/config/vocabulary.ts';
import { shellWord } from '../../src/host/shell-word.ts';
import { read } from '../unit/read.ts';

export interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** Options of nspawn of keys that are no options here: the value is one that every guest has, or none that one can have. */
const optionOfKey: Readonly<Record<string, string>> = {
  PrivateUsers: '--private-users',
  PrivateUsersOwnership: '--private-users-ownership',
  LinkJournal: '--link-journal',
  Volatile: '--volatile',
};

const table: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Exec: {
    PrivateUsers:
      'pick no off false 0 n yes 1 identity managed 65536 65536:65536 1048576:131072 65535 1:65536 99999999999 524288:1 4294900000:65536 4294901760:65536 x'.split(
        ' ',
      ),
    Environment: ['A=b', '"A=b c" D=e', 'A=a\\x20b', 'PS1=\\u@\\h', 'foo-bar=1', 'A', 'A=ä😀'],
    Capability: [
      'CAP_NET_ADMIN',
      'CAP_NET_ADMIN CAP_SYS_TIME',
      'cap_chown',
      'all',
      '12',
      'CAP_FOO',
      'ALL',
      'CAP_CHOWN,CAP_KILL',
      'help',
      '"CAP_CHOWN"',
      '99',
    ],
    DropCapability: ['CAP_MKNOD', 'all', 'ALL', 'CAP_NOTHING'],
    NoNewPrivileges: 'yes no ON Off 1 t maybe'.split(' '),
    KillSignal: 'SIGTERM TERM SIGRTMIN+3 RTMIN+3 RTMAX-1 15 SIGFOO 99 help sigterm 0'.split(' '),
    Personality: 'x86-64 x86 arm64 sparc X86 ppc64-le s390x'.split(' '),
    MachineID: [
      '0123456789abcdef0123456789abcdef',
      '01234567-89ab-cdef-0123-456789abcdef',
      '0'.repeat(32),
      '1',
      '0123456789abcdef0123-456789abcdef',
    ],
    NotifyReady: 'yes no true OFF ready x'.split(' '),
    SystemCallFilter: ['@mount', '~bpf', '@system-service mount', '~@mount @swap'],
    RestrictAddressFamilies: ['AF_INET AF_INET6', '~AF_PACKET', 'none', 'AF_NOTHING'],
    OOMScoreAdjust: '0 -1000 1000 1001 -1001 5000 +5 0x10 010 1.5 x'.split(' '),
    CPUAffinity: ['0', '0-1', '0,1', '0 1', '0, 1', '0-1 3', 'abc', '1-', '-1', '"0"', 'all'],
    Hostname: ['a', 'a.b', 'a..b', 'a_b', '-a', 'A1', 'a.', 'x'.repeat(64), 'x'.repeat(65)],
    ResolvConf: 'off no NO 0 yes on true auto delete copy-host replace-stub bind-uplink copy host'.split(' '),
    Timezone: 'off no FALSE 0 yes 1 auto copy bind symlink delete UTC'.split(' '),
    LinkJournal: 'no off FALSE 0 yes host guest try-guest auto'.split(' '),
    SuppressSync: 'yes no On 0 x'.split(' '),
    LimitNOFILE: '1024 1024:4096 infinity 1K abc 1: :1 1:2:3 4096:1024 -1'.split(' '),
    LimitCPU: '5 1min 1h:2h infinity abc'.split(' '),
    LimitFSIZE: '1M 1G:2G infinity 1GB'.split(' '),
    LimitNICE: '-5 +5 19 20 41 x'.split(' '),
    LimitRTTIME: '5 1ms 1s:2s x'.split(' '),
    LimitMEMLOCK: '64K 8M:16M'.split(' '),
    LimitCORE: '0 infinity 1G'.split(' '),
  },
  Files: {
    Bind: [
      '/a',
      '/a:/mnt/b',
      '/a:/mnt/b:idmap',
      '/a:/mnt/b:rbind,noidmap',
      'a',
      'a:/mnt/b',
      ':/mnt/b',
      '/a:',
      '+/a:/mnt/b',
      '+a:/mnt/b',
      '-/a:/mnt/b',
      '-/a',
      '/a\\:b:/mnt/c',
      '/a:b',
      '/a:/mnt/b:ro',
      '/a b:/mnt/c d',
    ],
    BindReadOnly: ['/a', '/a:/usr/share/b', 'a:/mnt/b', '/a:mnt'],
    BindUser: ['alice', 'alice bob', 'a b/c', '"alice"', 'root'],
    TemporaryFileSystem: ['/mnt/x', '/mnt/x:size=1G', 'mnt', '/mnt/x:', '/mnt/a\\:b'],
    Inaccessible: ['/mnt/x', '/mnt/a:b', 'mnt', '/mnt/a\\b'],
    Overlay: [
      '/a:/srv/b',
      '/a:/b:/mnt/c',
      '/a:/b:/c:/mnt/d',
      '/a::/mnt/c',
      '/a:',
      ':/b:/mnt/c',
      '/a',
      '+/a:+/mnt/b',
      '+/a:/b:/mnt/c',
      '+a:/b:/mnt/c',
      '/a:/b:mnt',
      'a:srv/b',
    ],
    OverlayReadOnly: ['/a:/srv/b', '/a:/b:/mnt/c', '/srv', '/a:+/mnt/b'],
    PrivateUsersOwnership: 'map chown auto off foreign yes no'.split(' '),
    Volatile: 'no yes overlay state OFF'.split(' '),
  },
  Network: {
    VirtualEthernetExtra: ['a', 'a:b', 'a:b:c', '123', 'all', 'averylongname15', 'averylongname16x', 'a/b'],
    Interface: ['eth0', 'eth0 eth1', 'eth0:a', 'all', '123', 'averyveryverylongname', '"eth0"', 'a/b', 'a%b'],
    MACVLAN: ['eth0', 'eth0:a', 'averyveryverylongname', '5'],
    IPVLAN: ['eth0', 'eth0 eth1', '.'],
    Bridge: ['br0', '123', 'all', 'averyveryverylongname', 'a:b'],
    Zone: ['a', 'twelvechars1', 'thirteenchars', '1', 'a/b', 'all'],
    NamespacePath: ['/run/netns/a'],
    Port: '80 tcp:80 udp:53 80:8080 tcp:80:8080 0 65535 65536 70000 80:0 sctp:80 http 80: :80 1:2:3'.split(
      ' ',
    ),
  },
};

export const containerSettings: readonly Setting[] = Object.entries(table).flatMap(([section, keys]) =>
  Object.entries(keys).flatMap(([key, values]) => values.map((value) => ({ section, key, value }))),
);

/** Whether a guest can have it. */
export const isTaken = ({ section, key, value }: Setting): boolean =>
  'guest' in read(`[Guest]\nRef=site:x\n[${section}]\n${key}=${value.replaceAll('%', '%%')}\n`);

/** The options that are made of it, or that it would be if nothing stood against it. */
function optionsOf(setting: Setting): string[] {
  const { section, key, value } = setting;
  const known = guestVocabulary.find(section, key);
  const option = optionOfKey[key] ?? known?.nspawn?.option;
  if (!isTaken(setting) || !known?.nspawn?.option) return [`${option}=${value}`];
  const at = { file: '', line: 1, column: 1 };
  const { options, networkOptions } = containerOf(new Values([{ section, key, value, at }]));
  return [...options, ...networkOptions];
}

/** The version of systemd that a setting takes. */
export const sinceOf = ({ section, key, value }: Setting): number => {
  if (value.includes(':') && ['Interface', 'MACVLAN', 'IPVLAN'].includes(key)) return 255;
  return guestVocabulary.find(section, key)?.nspawn?.since ?? 0;
};

/** A script that answers for each whether systemd-nspawn takes its options: with --help at the end it starts nothing. */
export const askNspawn = (settings: readonly Setting[]): string =>
  settings
    .map(
      (setting) =>
        `systemd-nspawn ${optionsOf(setting).map(shellWord).join(' ')} --help >/dev/null 2>&1; echo $?`,
    )
    .join('\n');
