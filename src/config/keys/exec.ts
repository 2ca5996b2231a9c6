// lazy: QuickJS reads this file when one of its functions is called.
import type { Row } from '../key-table.ts';
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
import { adding, carried, fixed, keepsState, wholeMachine } from './rows.ts';

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
  ...['off', 'auto', 'delete', 'copy-host', 'copy-static', 'copy-uplink', 'copy-stub'],
  ...['replace-host', 'replace-static', 'replace-uplink', 'replace-stub'],
  ...['bind-host', 'bind-static', 'bind-uplink', 'bind-stub'],
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

export const execKeys = (): Row[] => [
  [privateUsers, ['PrivateUsers'], ['command', 'steps']],
  [quotedWords('words'), ['Parameters'], ['command'], { option: '', takes: 'words' }],
  ...carried(variables, ['Environment', '--setenv', 'words']),
  ...carried(
    capabilities,
    ['Capability', '--capability', 'joined', adding],
    ['DropCapability', '--drop-capability', 'joined', adding],
  ),
  ...carried(boolean, ['NoNewPrivileges', '--no-new-privileges', 'last']),
  ...carried(signal, ['KillSignal', '--kill-signal', 'last']),
  ...carried(architecture, ['Personality', '--personality', 'last']),
  ...carried(machineId, ['MachineID', '--uuid', 'last']),
  ...carried(boolean, ['NotifyReady', '--notify-ready', 'last']),
  ...carried(text, ['SystemCallFilter', '--system-call-filter', 'each']),
  ...carried(text, ['RestrictAddressFamilies', '--restrict-address-families', 'each', { since: 261 }]),
  ...carried(between(-1000, 1000), ['OOMScoreAdjust', '--oom-score-adjust', 'last']),
  ...carried(cpus, ['CPUAffinity', '--cpu-affinity', 'joined']),
  ...carried(hostname, ['Hostname', '--hostname', 'last']),
  ...carried(resolvConf, ['ResolvConf', '--resolv-conf', 'last']),
  ...carried(timezone, ['Timezone', '--timezone', 'last']),
  ...carried(boolean, ['SuppressSync', '--suppress-sync', 'last']),
  ...carried(limit, ...limits.map((name) => [`Limit${name}`, `--rlimit=${name}`, 'last'] as const)),
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
