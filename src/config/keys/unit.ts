// lazy: QuickJS reads this file when one of its functions is called.
import { type Descriptions, from, repeatable } from '../description.ts';
import { type Effect, type KeyRow, nothingElse } from '../key-table.ts';
import {
  between,
  boolean,
  count,
  oneOf,
  pattern,
  percentage,
  shareOfAll,
  size,
  sizeOfSome,
  text,
  timeSpan,
} from '../types.ts';

/** By credential_name_valid() in systemd's shared/creds-util.c; specifiers are systemd's to expand. */
const credentialId = '(?!\\.\\.?(?::|$))[ -.0-9;-[\\]-~]{1,255}';

/** Limits of the guest also apply to its rehearsal. */
const limits: readonly Effect[] = ['rehearsal'];
/** nspawn passes credentials on. */
const credential: readonly Effect[] = ['command', 'rehearsal'];
const timer: readonly Effect[] = ['update timer'];

// systemd.unit(5)
export const unitKeys = (): KeyRow[] => [
  [
    text,
    [
      'Wants',
      'Requires',
      'Requisite',
      'BindsTo',
      'PartOf',
      'Conflicts',
      'Before',
      'After',
      'OnSuccess',
      'RequiresMountsFor',
      'Documentation',
    ],
    nothingElse,
  ],
  [text, ['ConditionPathExists', 'ConditionHost', 'AssertPathExists'], nothingElse],
  // Applies to the steps of the guest, too.
  [text, ['OnFailure'], ['steps']],
  [timeSpan, ['StartLimitIntervalSec'], nothingElse],
  [between(0, 2 ** 32 - 1), ['StartLimitBurst'], nothingElse],
];

export const serviceKeys = (): KeyRow[] => [
  // systemd.resource-control(5)
  [text, ['Slice', 'CPUWeight', 'StartupCPUWeight', 'AllowedCPUs', 'AllowedMemoryNodes'], limits],
  [percentage, ['CPUQuota'], limits],
  [shareOfAll, ['ManagedOOMMemoryPressureLimit'], limits],
  [timeSpan, ['CPUQuotaPeriodSec'], limits],
  [size, ['MemoryMin', 'MemoryLow', 'MemorySwapMax', 'MemoryZSwapMax'], limits],
  [sizeOfSome, ['MemoryHigh', 'MemoryMax'], limits],
  [count, ['TasksMax'], limits],
  [text, ['IOWeight', 'IODeviceWeight', 'IOReadBandwidthMax', 'IOWriteBandwidthMax'], limits],
  [text, ['IOReadIOPSMax', 'IOWriteIOPSMax', 'IODeviceLatencyTargetSec'], limits],
  [boolean, ['IPAccounting'], limits],
  [text, ['IPAddressAllow', 'IPAddressDeny', 'DeviceAllow'], limits],
  [oneOf('auto', 'kill'), ['ManagedOOMSwap', 'ManagedOOMMemoryPressure'], limits],
  [oneOf('none', 'avoid', 'omit'), ['ManagedOOMPreference'], limits],
  // systemd.exec(5)
  [pattern('ID:PATH', `^${credentialId}(:.+)?$`), ['LoadCredential', 'LoadCredentialEncrypted'], credential],
  [pattern('ID:VALUE', `^${credentialId}:.+$`), ['SetCredential', 'SetCredentialEncrypted'], credential],
  [timeSpan, ['LogRateLimitIntervalSec'], limits],
  [between(0, 2 ** 32 - 1), ['LogRateLimitBurst'], limits],
  [between(-20, 19), ['Nice'], limits],
  [between(0, 7), ['IOSchedulingPriority'], limits],
  [oneOf('none', 'realtime', 'best-effort', 'idle', '0', '1', '2', '3'), ['IOSchedulingClass'], limits],
  // systemd.service(5)
  [
    oneOf('no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'on-watchdog'),
    ['Restart'],
    limits,
  ],
  [timeSpan, ['RestartSec', 'TimeoutStartSec', 'TimeoutStopSec', 'WatchdogSec'], limits],
  [oneOf('continue', 'stop', 'kill'), ['OOMPolicy'], limits],
];

// systemd.timer(5)
export const timerKeys = (): KeyRow[] => [
  [
    timeSpan,
    ['OnActiveSec', 'OnBootSec', 'OnStartupSec', 'OnUnitActiveSec', 'OnUnitInactiveSec', 'AccuracySec'],
    timer,
  ],
  [boolean, ['FixedRandomDelay', 'Persistent', 'WakeSystem', 'OnClockChange', 'OnTimezoneChange'], timer],
];

// What the manual says of them.

export const unitHelp = (): Descriptions =>
  from('systemd.unit(5)', {
    ...repeatable({
      Wants: 'Units to start with the guest.',
      Requires: 'Units to start with the guest. It does not start if one of them fails.',
      Requisite: 'Units that must already run; else the guest does not start.',
      BindsTo: 'Units to start with the guest. It stops when one of them stops, for whatever reason.',
      PartOf: 'Units whose stop or restart also stops or restarts the guest.',
      Conflicts: 'Units that cannot run at the same time as the guest.',
      Before: 'Units that start after the guest.',
      After: 'Units that start before the guest.',
      OnFailure: 'Units to start when the guest, its update, rehearsal, switch or assessment fails.',
      OnSuccess: 'Units to start when the guest ends successfully.',
      RequiresMountsFor: 'Paths whose file systems must be mounted.',
      Documentation: 'URIs of documentation on the guest.',
    }),
    StartLimitIntervalSec: 'The time within which starts are counted.',
    StartLimitBurst: 'How many starts are allowed within StartLimitIntervalSec=.',
    ...repeatable({
      ConditionPathExists: 'Starts the guest only if this path exists; else the start is skipped.',
      ConditionHost: 'Starts the guest only on this host; else the start is skipped.',
      AssertPathExists: 'Fails the start of the guest if this path does not exist.',
    }),
  });

export const serviceHelp = (): Descriptions => ({
  ...from('systemd.resource-control(5)', {
    Slice: 'The slice to run the guest in, with its limits.',
    CPUWeight: 'The share of CPU time: 1 to 10000, or idle.',
    StartupCPUWeight: 'Like CPUWeight=, while the host boots or shuts down.',
    CPUQuota: 'The limit of CPU time; 100% is one CPU.',
    CPUQuotaPeriodSec: 'The period over which CPUQuota= is measured.',
    ...repeatable({
      AllowedCPUs: 'The CPUs that the guest may use.',
      AllowedMemoryNodes: 'The NUMA nodes that the guest may use.',
    }),
    MemoryMin: 'Memory that the kernel never reclaims from the guest.',
    MemoryLow: 'Memory that the kernel reclaims from the guest last.',
    MemoryHigh: 'Memory use above which the guest is slowed down.',
    MemoryMax: 'The hard limit of memory use.',
    MemorySwapMax: 'The hard limit of swap use.',
    MemoryZSwapMax: { help: 'The hard limit of compressed swap (zswap) use.', since: 253 },
    TasksMax: { help: 'How many processes and threads the guest may have.', default: '4096' },
    IOWeight: 'The share of disk time: 1 to 10000.',
    ...repeatable({
      IODeviceWeight: 'Like IOWeight=, for one device.',
      IOReadBandwidthMax: 'The limit of bytes read from a device per second.',
      IOWriteBandwidthMax: 'The limit of bytes written to a device per second.',
      IOReadIOPSMax: 'The limit of read operations on a device per second.',
      IOWriteIOPSMax: 'The limit of write operations on a device per second.',
      IODeviceLatencyTargetSec: 'The target latency of a device.',
    }),
    IPAccounting: 'Counts the network traffic of the guest.',
    ...repeatable({
      IPAddressAllow: 'Addresses that the guest may exchange packets with.',
      IPAddressDeny: 'Addresses that the guest may not exchange packets with.',
      DeviceAllow: 'Devices that the guest may use.',
    }),
    ManagedOOMSwap: 'Whether systemd-oomd kills the guest when swap runs out.',
    ManagedOOMMemoryPressure: 'Whether systemd-oomd kills the guest under memory pressure.',
    ManagedOOMMemoryPressureLimit: 'The memory pressure above which systemd-oomd acts.',
    ManagedOOMPreference: 'Whether systemd-oomd prefers to kill other units.',
  }),
  ...from('systemd.exec(5)', {
    ...repeatable({
      LoadCredential: 'A credential for the guest, read from a file of the host: ID:PATH.',
      LoadCredentialEncrypted: 'Like LoadCredential=, from an encrypted file.',
      SetCredential:
        'A credential for the guest: ID:VALUE. The value is not written to the unit, which everybody can read. Make sure that only root can read the guest file.',
      SetCredentialEncrypted: 'Like SetCredential=, with an encrypted value.',
    }),
    LogRateLimitIntervalSec: {
      help: 'The interval of LogRateLimitBurst=.',
      default: '5min',
    },
    LogRateLimitBurst: {
      help: "How many lines of the guest's console the journal of the host keeps in each interval. journald multiplies this by up to 6, depending on free disk space.",
      default: '300',
    },
    Nice: 'The scheduling priority: -20 to 19.',
    IOSchedulingClass: 'The disk scheduling class.',
    IOSchedulingPriority: 'The disk scheduling priority: 0 to 7.',
  }),
  ...from('systemd.service(5)', {
    Restart: 'When systemd restarts the guest after it ended. A reboot from inside always works.',
    RestartSec: 'How long to wait before such a restart.',
    TimeoutStartSec: {
      help: 'How long the guest may take to boot. Deploying an update before that has a limit of its own.',
      default: '5min',
    },
    TimeoutStopSec: {
      help: 'How long a stop may take before the remaining processes are killed.',
      default: '5min',
    },
    WatchdogSec: 'How long systemd-nspawn may go without a watchdog signal.',
    OOMPolicy: 'What to do when the kernel kills a process of the guest because memory ran out.',
  }),
});

export const timerHelp = (): Descriptions =>
  from('systemd.timer(5)', {
    ...repeatable({
      OnActiveSec: 'Updates this long after the timer is started.',
      OnBootSec: 'Updates this long after the host has booted.',
      OnStartupSec: 'Updates this long after systemd was started.',
      OnUnitActiveSec: 'Updates this long after the last update began.',
      OnUnitInactiveSec: 'Updates this long after the last update ended.',
    }),
    AccuracySec: 'How late the timer may be, so that the host wakes up less often.',
    FixedRandomDelay: 'Uses the same random delay each time. Default: yes.',
    Persistent: 'Catches up on a missed update when the host is up again. Default: yes.',
    WakeSystem: 'Wakes the host from sleep for an update.',
    OnClockChange: "Updates when the host's clock jumps.",
    OnTimezoneChange: "Updates when the host's time zone changes.",
  });
