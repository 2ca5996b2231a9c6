import type { Key } from '../schema.ts';
import { boolean, integer, noOnly, oneOf, only, pattern, text, yesOnly } from '../types.ts';
import { carried, keepsState, keys, wholeMachine } from './rows.ts';

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

export const execKeys = (): Key[] => [
  ...keys('Exec', uidRange, 'PrivateUsers'),
  { section: 'Exec', name: 'Parameters', type: text, nspawn: { option: '', takes: 'words' } },
  ...carried(
    'Exec',
    text,
    'Environment --setenv words',
    'Capability --capability joined',
    'DropCapability --drop-capability joined',
  ),
  ...carried('Exec', boolean, 'NoNewPrivileges --no-new-privileges last'),
  ...carried('Exec', text, 'KillSignal --kill-signal last'),
  ...carried('Exec', architecture, 'Personality --personality last'),
  ...carried('Exec', machineId, 'MachineID --uuid last'),
  ...carried('Exec', boolean, 'NotifyReady --notify-ready last'),
  ...carried('Exec', text, 'SystemCallFilter --system-call-filter each'),
  ...carried('Exec', integer, 'OOMScoreAdjust --oom-score-adjust last'),
  ...carried('Exec', text, 'CPUAffinity --cpu-affinity joined'),
  ...carried('Exec', hostname, 'Hostname --hostname last'),
  ...carried('Exec', resolvConf, 'ResolvConf --resolv-conf last'),
  ...carried('Exec', timezone, 'Timezone --timezone last'),
  ...carried('Exec', boolean, 'SuppressSync --suppress-sync last'),
  ...carried('Exec', text, ...limits.split(' ').map((limit) => `Limit${limit} --rlimit=${limit} last`)),
  // Keys that a guest can have only with the value that every guest has anyway, so that nothing is made of them.
  ...keys('Exec', yesOnly(wholeMachine), 'Boot'),
  ...keys('Exec', noOnly(keepsState), 'Ephemeral'),
  ...keys('Exec', noOnly(wholeMachine), 'ProcessTwo'),
  ...keys('Exec', only(['root', '0'], wholeMachine), 'User'),
  ...keys('Exec', only(['/'], wholeMachine), 'WorkingDirectory'),
  ...keys(
    'Exec',
    only([], 'The deployment is the root; elsewhere its /usr could not be protected'),
    'PivotRoot',
  ),
  ...keys('Exec', only([], 'systemd-nspawn has them only where it does not boot'), 'AmbientCapability'),
  ...keys(
    'Exec',
    only(['no'], 'It would write into the deployment; journalctl -M reads the journal without it'),
    'LinkJournal',
  ),
];
