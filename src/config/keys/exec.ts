// lazy: QuickJS reads this file when one of its functions is called.
import { type Descriptions, from } from '../description.ts';
import type { KeyRow } from '../key-table.ts';
import {
  between,
  boolean,
  booleanOr,
  isFalse,
  isTrue,
  noOnly,
  only,
  pattern,
  plainWords,
  quotedWords,
  text,
  type ValueType,
  yesOnly,
} from '../types.ts';
import { emptyAddsNothing, fixed, keepsState, nspawnKeys, wholeMachine } from './rows.ts';

/** The UID range of a guest: pick, no, or a range above those of the host. */
const privateUsers: ValueType = {
  noun: 'pick, no, or FIRST-UID[:COUNT] from 65536 on',
  check(value) {
    if (value === 'pick' || isFalse(value)) return undefined;
    if (value === 'managed')
      return 'It takes a tree whose owner is "foreign", and those of guests are of OSTree; pick is as safe';
    // "yes" takes the range of the root directory's owner, which OSTree makes the host's root.
    if (value === 'identity' || isTrue(value)) return `It ${hostUsers}`;
    const [, first, size] = /^(\d+)(?::(\d+))?$/.exec(value) ?? [];
    if (first === undefined) return `Expected ${privateUsers.noun}`;
    if (Number(first) < range) return `It ${hostUsers}`;
    if (Number(size ?? range) < range) return 'A machine takes at least 65536 UIDs';
    return Number(first) + Number(size ?? range) > 2 ** 32 - 1 ? 'There are no UIDs so high' : undefined;
  },
};
const range = 65536;
const hostUsers =
  "would give the guest the UIDs of the host's own users: write pick, or a range from 65536 on";

const machineId = pattern(
  '32 hexadecimal digits that are not all 0, or a UUID',
  /^(?![0-]*$)([0-9a-f]{32}|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})$/i,
);
const label = '[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?';
const hostname = pattern('a hostname', `^(?=.{1,64}$)${label}(\\.${label})*$`);
const architecture = pattern('an architecture such as x86-64 or arm64', /^[a-z0-9-]+$/);
const resolvConf = booleanOr(
  'off',
  'auto',
  'delete',
  'copy-host',
  'copy-static',
  'copy-uplink',
  'copy-stub',
  'replace-host',
  'replace-static',
  'replace-uplink',
  'replace-stub',
  'bind-host',
  'bind-static',
  'bind-uplink',
  'bind-stub',
);
const timezone = booleanOr('off', 'copy', 'bind', 'symlink', 'delete', 'auto');
/** A signal name or number. nspawn would also take "help", and then start nothing. */
const signal = pattern('a signal such as SIGTERM', /^(?:(SIG)?[A-Z][A-Z0-9]*([+-]\d+)?|\d{1,2})$/);
const capabilities = plainWords(
  'capabilities',
  pattern('a capability such as CAP_NET_ADMIN, or all', /^(?:all|\d{1,2}|[cC][aA][pP]_\w+)$/),
);
const cpus = plainWords(
  'CPUs',
  pattern('CPUs: numbers and ranges such as 0-3', /^,?\d+(-\d+)?(,+\d+(-\d+)?)*,?$/),
);

const variables = quotedWords('words NAME=VALUE', (word) =>
  /^[A-Za-z_]\w*=/.test(word) ? undefined : 'Expected NAME=VALUE, the name of letters, digits and _',
);

/** RLIMIT_*: setrlimit(2). */
const limits = [
  'CPU',
  'FSIZE',
  'DATA',
  'STACK',
  'CORE',
  'RSS',
  'NOFILE',
  'AS',
  'NPROC',
  'MEMLOCK',
  'LOCKS',
  'SIGPENDING',
  'MSGQUEUE',
  'NICE',
  'RTPRIO',
  'RTTIME',
];
const limit = pattern('a limit, or SOFT:HARD', /^[^:]+(:[^:]+)?$/);

export const execKeys = (): KeyRow[] => [
  [privateUsers, ['PrivateUsers'], ['command', 'steps']],
  [quotedWords('words'), ['Parameters'], ['command'], { option: '', takes: 'words' }],
  ...nspawnKeys(variables, ['Environment', '--setenv', 'words']),
  ...nspawnKeys(
    capabilities,
    ['Capability', '--capability', 'joined', emptyAddsNothing],
    ['DropCapability', '--drop-capability', 'joined', emptyAddsNothing],
  ),
  ...nspawnKeys(boolean, ['NoNewPrivileges', '--no-new-privileges', 'last']),
  ...nspawnKeys(signal, ['KillSignal', '--kill-signal', 'last']),
  ...nspawnKeys(architecture, ['Personality', '--personality', 'last']),
  ...nspawnKeys(machineId, ['MachineID', '--uuid', 'last']),
  ...nspawnKeys(boolean, ['NotifyReady', '--notify-ready', 'last']),
  ...nspawnKeys(text, ['SystemCallFilter', '--system-call-filter', 'each']),
  ...nspawnKeys(text, ['RestrictAddressFamilies', '--restrict-address-families', 'each', { since: 261 }]),
  ...nspawnKeys(between(-1000, 1000), ['OOMScoreAdjust', '--oom-score-adjust', 'last']),
  ...nspawnKeys(cpus, ['CPUAffinity', '--cpu-affinity', 'joined']),
  ...nspawnKeys(hostname, ['Hostname', '--hostname', 'last']),
  ...nspawnKeys(resolvConf, ['ResolvConf', '--resolv-conf', 'last']),
  ...nspawnKeys(timezone, ['Timezone', '--timezone', 'last']),
  ...nspawnKeys(boolean, ['SuppressSync', '--suppress-sync', 'last']),
  ...nspawnKeys(limit, ...limits.map((name) => [`Limit${name}`, `--rlimit=${name}`, 'last'] as const)),
  fixed(yesOnly(wholeMachine), 'Boot'),
  fixed(noOnly(keepsState), 'Ephemeral'),
  fixed(noOnly(wholeMachine), 'ProcessTwo'),
  fixed(only(['root', '0'], wholeMachine), 'User'),
  fixed(only(['/'], wholeMachine), 'WorkingDirectory'),
  fixed(only([], 'The deployment is the root; elsewhere its /usr could not be protected'), 'PivotRoot'),
  fixed(only([], 'systemd-nspawn has them only where it does not boot'), 'AmbientCapability'),
  fixed(only([], 'It goes with PrivateUsers=managed, which guests cannot have'), 'PrivateUsersDelegate'),
  fixed(
    only(['no'], 'It would write into the deployment; journalctl -M reads the journal without it'),
    'LinkJournal',
  ),
];

// What the manual says of them.

export const execHelp = (): Descriptions =>
  from('systemd.nspawn(5)', {
    PrivateUsers: {
      help: "The UID range of the guest. With no, root in the guest is root of the host. Such a guest shares no files with other guests, and needs disk space for its whole tree. This stays so if you set another value later. Values that give the guest UIDs of the host's own users (yes, identity, a range below 65536) are refused. So is managed, which needs another kind of tree.",
      default: 'pick',
    },
    Parameters:
      "Arguments for the guest's init system. Quotes are removed; a backslash is an ordinary character.",
    Environment:
      "Environment variables of the guest's init system: words NAME=VALUE. Quotes are removed; a backslash is an ordinary character. Everybody on the host can read them: use credentials for secrets.",
    Capability:
      'Capabilities to add to the default ones: capabilities(7). The default ones are those of systemd-nspawn(1) without DAC_READ_SEARCH, LEASE, LINUX_IMMUTABLE, MKNOD and NET_BROADCAST; guests with By=rpm-ostree have these, too.',
    DropCapability: 'Default capabilities to drop.',
    NoNewPrivileges: 'Denies setuid programs and the like any new privileges.',
    KillSignal: 'The signal that tells the init system to shut down.',
    Personality: 'The architecture that uname(2) reports.',
    MachineID: 'The machine ID of the first boot. Later boots use /etc/machine-id.',
    NotifyReady: 'Counts the guest as started only when its init system reports it. Default: yes.',
    SystemCallFilter: 'System calls to allow or, after ~, to forbid.',
    RestrictAddressFamilies: 'Address families of sockets to allow or, after ~, to forbid.',
    OOMScoreAdjust: 'How soon the kernel kills processes of the guest when memory runs out: -1000 to 1000.',
    CPUAffinity: 'The CPUs that the guest runs on: numbers and ranges.',
    Hostname: 'The hostname of the guest. Default: its name.',
    ResolvConf: 'How /etc/resolv.conf of the guest is made.',
    Timezone: 'How /etc/localtime of the guest is made. Default: off.',
    SuppressSync: 'Makes sync(2) and the like do nothing. Faster, but data may be lost.',
    LimitCPU: 'RLIMIT_CPU: setrlimit(2).',
    LimitFSIZE: 'RLIMIT_FSIZE: setrlimit(2).',
    LimitDATA: 'RLIMIT_DATA: setrlimit(2).',
    LimitSTACK: 'RLIMIT_STACK: setrlimit(2).',
    LimitCORE: 'RLIMIT_CORE: setrlimit(2).',
    LimitRSS: 'RLIMIT_RSS: setrlimit(2).',
    LimitNOFILE: 'RLIMIT_NOFILE: setrlimit(2).',
    LimitAS: 'RLIMIT_AS: setrlimit(2).',
    LimitNPROC: 'RLIMIT_NPROC: setrlimit(2).',
    LimitMEMLOCK: 'RLIMIT_MEMLOCK: setrlimit(2).',
    LimitLOCKS: 'RLIMIT_LOCKS: setrlimit(2).',
    LimitSIGPENDING: 'RLIMIT_SIGPENDING: setrlimit(2).',
    LimitMSGQUEUE: 'RLIMIT_MSGQUEUE: setrlimit(2).',
    LimitNICE: 'RLIMIT_NICE: setrlimit(2).',
    LimitRTPRIO: 'RLIMIT_RTPRIO: setrlimit(2).',
    LimitRTTIME: 'RLIMIT_RTTIME: setrlimit(2).',
  });
