import type { Key } from '../schema.ts';
import { boolean, integer, noOnly, oneOf, only, pattern, text, yesOnly } from '../types.ts';
import { carried, considered, fixed, keepsState, wholeMachine } from './carried.ts';

const uidRange = pattern('pick, no, or the first UID of a range of 65536', /^(pick|no|[1-9]\d*(:65536)?)$/);
const machineId = pattern(
  '32 hexadecimal digits, or a UUID',
  /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i,
);
const hostname = pattern('a hostname', /^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/);
const architecture = pattern('an architecture such as x86-64 or arm64', /^[a-z0-9-]+$/);
const resolvConf = oneOf(
  ...['off', 'auto', 'delete', 'copy-host', 'copy-static', 'copy-uplink', 'copy-stub'],
  ...['replace-host', 'replace-static', 'replace-uplink', 'replace-stub'],
  ...['bind-host', 'bind-static', 'bind-uplink', 'bind-stub'],
);
const timezone = oneOf('off', 'copy', 'bind', 'symlink', 'delete', 'auto');

const limits = [
  ...['CPU', 'FSIZE', 'DATA', 'STACK', 'CORE', 'RSS', 'NOFILE', 'AS', 'NPROC', 'MEMLOCK', 'LOCKS'],
  ...['SIGPENDING', 'MSGQUEUE', 'NICE', 'RTPRIO', 'RTTIME'],
];

export const execKeys: readonly Key[] = [
  considered(
    'Exec',
    'PrivateUsers',
    uidRange,
    'pick',
    'The UIDs of the guest. With no, its root is the root of the host.',
  ),
  ...carried('Exec', [
    ['Parameters', text, '', 'words', "Arguments for the guest's init system."],
    ['Environment', text, '--setenv', 'words', "Environment variables of the guest's init system."],
    ['Capability', text, '--capability', 'joined', 'Capabilities beside the usual ones: capabilities(7).'],
    ['DropCapability', text, '--drop-capability', 'joined', 'Usual capabilities that the guest has not.'],
    ['NoNewPrivileges', boolean, '--no-new-privileges', 'last', 'Whether setuid programs gain nothing.'],
    ['KillSignal', text, '--kill-signal', 'last', 'The signal that asks the init system to shut down.'],
    ['Personality', architecture, '--personality', 'last', 'The architecture that uname(2) tells.'],
    [
      'MachineID',
      machineId,
      '--uuid',
      'last',
      'The machine ID of the first boot; then /etc/machine-id counts.',
    ],
    [
      'NotifyReady',
      boolean,
      '--notify-ready',
      'last',
      'Whether the guest is up only when it says so. Default: yes.',
    ],
    [
      'SystemCallFilter',
      text,
      '--system-call-filter',
      'each',
      'System calls to allow or, after ~, to forbid.',
    ],
    [
      'OOMScoreAdjust',
      integer,
      '--oom-score-adjust',
      'last',
      'How soon it is killed for want of memory: -1000 to 1000.',
    ],
    ['CPUAffinity', text, '--cpu-affinity', 'joined', 'The CPUs that it runs on: numbers and ranges.'],
    ['Hostname', hostname, '--hostname', 'last', 'Its hostname. Default: its name.'],
    ['ResolvConf', resolvConf, '--resolv-conf', 'last', 'How its /etc/resolv.conf comes about.'],
    ['Timezone', timezone, '--timezone', 'last', 'How its /etc/localtime comes about. Default: off.'],
    [
      'SuppressSync',
      boolean,
      '--suppress-sync',
      'last',
      'Whether sync(2) and the like do nothing: quick, unsafe.',
    ],
  ]),
  ...carried(
    'Exec',
    limits.map((limit) => [
      `Limit${limit}`,
      text,
      `--rlimit=${limit}`,
      'last',
      `RLIMIT_${limit}: setrlimit(2).`,
    ]),
  ),
  ...fixed('Exec', [
    ['Boot', yesOnly(wholeMachine)],
    ['Ephemeral', noOnly(keepsState)],
    ['ProcessTwo', noOnly(wholeMachine)],
    ['User', only(['root', '0'], wholeMachine)],
    ['WorkingDirectory', only(['/'], wholeMachine)],
    ['PivotRoot', only([], 'The deployment is the root; elsewhere its /usr could not be protected')],
    ['AmbientCapability', only([], 'systemd-nspawn has them only where it does not boot')],
    [
      'LinkJournal',
      only(['no'], 'It would write into the deployment; journalctl -M reads the journal without it'),
    ],
  ]),
];
