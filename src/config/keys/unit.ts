import type { Tables } from '../schema.ts';
import { boolean, count, integer, oneOf, pattern, percentage, size, text, timeSpan } from '../types.ts';
import { keys } from './rows.ts';

const credential = pattern('ID:VALUE', /^[^\s:/]+(:.+)?$/);
const schedulingClass = oneOf('none', 'realtime', 'best-effort', 'idle', '0', '1', '2', '3');
const restart = oneOf(
  ...['no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'on-watchdog'],
);

/** What goes into units as it is. [Unit] and [Service] are those of the nspawn unit of a guest, [Timer] is that of its update timer. */
export const unitTables: Tables = {
  // systemd.unit(5)
  Unit: () => [
    ...keys(
      'Unit',
      text,
      'Wants Requires Requisite BindsTo PartOf Conflicts Before After OnFailure OnSuccess RequiresMountsFor Documentation',
    ),
    ...keys('Unit', text, 'ConditionPathExists ConditionHost AssertPathExists'),
    ...keys('Unit', timeSpan, 'StartLimitIntervalSec'),
    ...keys('Unit', integer, 'StartLimitBurst'),
  ],
  Service: () => [
    // systemd.resource-control(5)
    ...keys('Service', text, 'Slice CPUWeight StartupCPUWeight AllowedCPUs AllowedMemoryNodes'),
    ...keys('Service', percentage, 'CPUQuota ManagedOOMMemoryPressureLimit'),
    ...keys('Service', timeSpan, 'CPUQuotaPeriodSec'),
    ...keys('Service', size, 'MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryZSwapMax'),
    ...keys('Service', count, 'TasksMax'),
    ...keys('Service', text, 'IOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax'),
    ...keys('Service', text, 'IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec'),
    ...keys('Service', boolean, 'IPAccounting'),
    ...keys('Service', text, 'IPAddressAllow IPAddressDeny DeviceAllow'),
    ...keys('Service', oneOf('auto', 'kill'), 'ManagedOOMSwap ManagedOOMMemoryPressure'),
    ...keys('Service', oneOf('none', 'avoid', 'omit'), 'ManagedOOMPreference'),
    // systemd.exec(5)
    ...keys(
      'Service',
      credential,
      'LoadCredential LoadCredentialEncrypted SetCredential SetCredentialEncrypted',
    ),
    ...keys('Service', integer, 'Nice IOSchedulingPriority'),
    ...keys('Service', schedulingClass, 'IOSchedulingClass'),
    // systemd.service(5)
    ...keys('Service', restart, 'Restart'),
    ...keys('Service', timeSpan, 'RestartSec TimeoutStartSec TimeoutStopSec WatchdogSec'),
    ...keys('Service', oneOf('continue', 'stop', 'kill'), 'OOMPolicy'),
  ],
  // systemd.timer(5)
  Timer: () => [
    ...keys(
      'Timer',
      timeSpan,
      'OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec AccuracySec',
    ),
    ...keys('Timer', boolean, 'FixedRandomDelay Persistent WakeSystem OnClockChange OnTimezoneChange'),
  ],
};
