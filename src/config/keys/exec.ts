import type { Row } from '../schema.ts';
import { boolean, integer, noOnly, oneOf, only, pattern, text, yesOnly } from '../types.ts';
import { carried, keepsState, wholeMachine } from './rows.ts';

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

/** RLIMIT_*: setrlimit(2). */
const limits =
  'CPU FSIZE DATA STACK CORE RSS NOFILE AS NPROC MEMLOCK LOCKS SIGPENDING MSGQUEUE NICE RTPRIO RTTIME';

export const execKeys = (): Row[] => [
  [uidRange, 'PrivateUsers'],
  [text, 'Parameters', { option: '', takes: 'words' }],
  ...carried(
    text,
    'Environment --setenv words',
    'Capability --capability joined',
    'DropCapability --drop-capability joined',
  ),
  ...carried(boolean, 'NoNewPrivileges --no-new-privileges last'),
  ...carried(text, 'KillSignal --kill-signal last'),
  ...carried(architecture, 'Personality --personality last'),
  ...carried(machineId, 'MachineID --uuid last'),
  ...carried(boolean, 'NotifyReady --notify-ready last'),
  ...carried(text, 'SystemCallFilter --system-call-filter each'),
  ...carried(integer, 'OOMScoreAdjust --oom-score-adjust last'),
  ...carried(text, 'CPUAffinity --cpu-affinity joined'),
  ...carried(hostname, 'Hostname --hostname last'),
  ...carried(resolvConf, 'ResolvConf --resolv-conf last'),
  ...carried(timezone, 'Timezone --timezone last'),
  ...carried(boolean, 'SuppressSync --suppress-sync last'),
  ...carried(text, ...limits.split(' ').map((limit) => `Limit${limit} --rlimit=${limit} last`)),
  // Keys that a guest can have only with the value that every guest has anyway, so that nothing is made of them.
  [yesOnly(wholeMachine), 'Boot'],
  [noOnly(keepsState), 'Ephemeral'],
  [noOnly(wholeMachine), 'ProcessTwo'],
  [only(['root', '0'], wholeMachine), 'User'],
  [only(['/'], wholeMachine), 'WorkingDirectory'],
  [only([], 'The deployment is the root; elsewhere its /usr could not be protected'), 'PivotRoot'],
  [only([], 'systemd-nspawn has them only where it does not boot'), 'AmbientCapability'],
  [
    only(['no'], 'It would write into the deployment; journalctl -M reads the journal without it'),
    'LinkJournal',
  ],
];
