import type { Key, UnitSection } from '../schema.ts';
import {
  boolean,
  count,
  integer,
  oneOf,
  pattern,
  percentage,
  size,
  text,
  timeSpan,
  type ValueType,
} from '../types.ts';

/** Keys of one manual that go into a unit as they are. Name, type, help; and the version, where newer than 252. */
type Row = readonly [name: string, type: ValueType, help: string, since?: number];

const keys = (section: UnitSection, manual: string, rows: readonly Row[]): Key[] =>
  rows.map(([name, type, help, since]) => ({
    ...{ section, name, type, help, manual, repeatable: true },
    ...(since !== undefined && { since }),
  }));

const unit: Row[] = [
  ['Wants', text, 'Units to start with the guest.'],
  ['Requires', text, 'Units without which the guest is not started.'],
  ['Requisite', text, 'Units that must run already.'],
  ['BindsTo', text, 'Units with which the guest stops.'],
  ['PartOf', text, 'Units with which the guest is stopped and restarted.'],
  ['Conflicts', text, 'Units that do not run beside the guest.'],
  ['Before', text, 'Units that are started after the guest.'],
  ['After', text, 'Units that are started before the guest.'],
  ['OnFailure', text, 'Units to start when the guest fails.'],
  ['OnSuccess', text, 'Units to start when the guest has ended well.'],
  ['RequiresMountsFor', text, 'Paths whose file systems must be mounted.'],
  ['Documentation', text, 'Where to read about the guest: URIs.'],
  ['StartLimitIntervalSec', timeSpan, 'The time within which starts are counted.'],
  ['StartLimitBurst', integer, 'How many starts there may be in it.'],
  ['ConditionPathExists', text, 'The guest is started only where this path exists.'],
  ['ConditionHost', text, 'The guest is started only on this host.'],
  ['AssertPathExists', text, 'Starting the guest fails where this path does not exist.'],
];

const resources: Row[] = [
  ['Slice', text, 'The slice whose limits the guest shares.'],
  ['CPUWeight', text, 'The share of CPU time: 1 to 10000, or idle.'],
  ['StartupCPUWeight', text, 'The same while the host starts or stops.'],
  ['CPUQuota', percentage, 'How much CPU time at most, 100% being one CPU.'],
  ['CPUQuotaPeriodSec', timeSpan, 'The time over which that is measured.'],
  ['AllowedCPUs', text, 'The CPUs that the guest may use.'],
  ['AllowedMemoryNodes', text, 'The NUMA nodes that the guest may use.'],
  ['MemoryMin', size, 'Memory that is never taken from the guest.'],
  ['MemoryLow', size, 'Memory that is taken from the guest last.'],
  ['MemoryHigh', size, 'Memory from which on the guest is slowed down.'],
  ['MemoryMax', size, 'Memory that the guest can never exceed.'],
  ['MemorySwapMax', size, 'Swap that the guest can never exceed.'],
  ['MemoryZSwapMax', size, 'Compressed swap that the guest can never exceed.', 253],
  ['TasksMax', count, 'How many processes and threads there may be.'],
  ['IOWeight', text, 'The share of disk time: 1 to 10000.'],
  ['IODeviceWeight', text, 'The same for one device.'],
  ['IOReadBandwidthMax', text, 'Bytes a second that are read from a device.'],
  ['IOWriteBandwidthMax', text, 'Bytes a second that are written to a device.'],
  ['IOReadIOPSMax', text, 'Operations a second that read from a device.'],
  ['IOWriteIOPSMax', text, 'Operations a second that write to a device.'],
  ['IODeviceLatencyTargetSec', text, 'The latency to aim at for a device.'],
  ['IPAccounting', boolean, 'Whether network traffic is counted.'],
  ['IPAddressAllow', text, 'Addresses that the guest may talk to.'],
  ['IPAddressDeny', text, 'Addresses that the guest may not talk to.'],
  ['DeviceAllow', text, 'Devices that the guest may use.'],
  ['ManagedOOMSwap', oneOf('auto', 'kill'), 'Whether systemd-oomd ends the guest when swap runs out.'],
  ['ManagedOOMMemoryPressure', oneOf('auto', 'kill'), 'Whether systemd-oomd ends it under memory pressure.'],
  ['ManagedOOMMemoryPressureLimit', percentage, 'From which pressure on.'],
  ['ManagedOOMPreference', oneOf('none', 'avoid', 'omit'), 'Whether others are ended first.'],
];

const credential = pattern('ID:VALUE', /^[^\s:/]+(:.+)?$/);

const execution: Row[] = [
  ['LoadCredential', credential, 'ID:PATH, a credential for the guest, read from a file of the host.'],
  ['LoadCredentialEncrypted', credential, 'The same, of an encrypted file.'],
  ['SetCredential', credential, 'ID:VALUE, a credential for the guest.'],
  ['SetCredentialEncrypted', credential, 'The same, of an encrypted value.'],
  ['Nice', integer, 'The scheduling priority: -20 to 19.'],
  [
    'IOSchedulingClass',
    oneOf('none', 'realtime', 'best-effort', 'idle', '0', '1', '2', '3'),
    'The disk scheduling class.',
  ],
  ['IOSchedulingPriority', integer, 'The disk scheduling priority: 0 to 7.'],
];

const service: Row[] = [
  [
    'Restart',
    oneOf('no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'on-watchdog'),
    'When the guest is restarted by itself. Its own reboot always works.',
  ],
  ['RestartSec', timeSpan, 'After how long.'],
  ['TimeoutStartSec', timeSpan, 'How long a start may take. The default is 5min.'],
  ['TimeoutStopSec', timeSpan, 'How long a stop may take.'],
  ['WatchdogSec', timeSpan, 'How long nspawn may be without a sign of life.'],
  [
    'OOMPolicy',
    oneOf('continue', 'stop', 'kill'),
    'What happens when the kernel ends a process of the guest for want of memory.',
  ],
];

const timer: Row[] = [
  ['OnActiveSec', timeSpan, 'How long after the timer is started.'],
  ['OnBootSec', timeSpan, 'How long after the host has booted.'],
  ['OnStartupSec', timeSpan, 'How long after systemd was started.'],
  ['OnUnitActiveSec', timeSpan, 'How long after the last update began.'],
  ['OnUnitInactiveSec', timeSpan, 'How long after the last update ended.'],
  ['AccuracySec', timeSpan, 'By how much it may be late so that the host wakes up less often.'],
  ['FixedRandomDelay', boolean, 'Whether the random delay is the same each time. The default is yes.'],
  ['Persistent', boolean, 'Whether an update that was missed is made up for. The default is yes.'],
  ['WakeSystem', boolean, 'Whether the host is woken for it.'],
  ['OnClockChange', boolean, "Whether a jump of the host's clock causes an update."],
  ['OnTimezoneChange', boolean, "Whether a change of the host's time zone does."],
];

/** [Unit] and [Service] are those of the guest's nspawn unit, [Timer] is that of its update timer. */
export const unitKeys: readonly Key[] = [
  ...keys('Unit', 'systemd.unit(5)', unit),
  ...keys('Service', 'systemd.resource-control(5)', resources),
  ...keys('Service', 'systemd.exec(5)', execution),
  ...keys('Service', 'systemd.service(5)', service),
  ...keys('Timer', 'systemd.timer(5)', timer),
];
