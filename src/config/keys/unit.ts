import type { Tables } from '../key-table.ts';
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

/** What goes into units as it is. [Unit] and [Service] are those of the nspawn unit of a guest, [Timer] is that of its update timer. */
export const unitTables: Tables = {
  // systemd.unit(5)
  Unit: () => [
    [
      text,
      'Wants Requires Requisite BindsTo PartOf Conflicts Before After OnFailure OnSuccess RequiresMountsFor Documentation',
    ],
    [text, 'ConditionPathExists ConditionHost AssertPathExists'],
    [timeSpan, 'StartLimitIntervalSec'],
    [between(0, 2 ** 32 - 1), 'StartLimitBurst'],
  ],
  Service: () => [
    // systemd.resource-control(5)
    [text, 'Slice CPUWeight StartupCPUWeight AllowedCPUs AllowedMemoryNodes'],
    [percentage, 'CPUQuota'],
    [shareOfAll, 'ManagedOOMMemoryPressureLimit'],
    [timeSpan, 'CPUQuotaPeriodSec'],
    [size, 'MemoryMin MemoryLow MemorySwapMax MemoryZSwapMax'],
    [sizeOfSome, 'MemoryHigh MemoryMax'],
    [count, 'TasksMax'],
    [text, 'IOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax'],
    [text, 'IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec'],
    [boolean, 'IPAccounting'],
    [text, 'IPAddressAllow IPAddressDeny DeviceAllow'],
    [oneOf('auto', 'kill'), 'ManagedOOMSwap ManagedOOMMemoryPressure'],
    [oneOf('none', 'avoid', 'omit'), 'ManagedOOMPreference'],
    // systemd.exec(5)
    [pattern('ID:PATH', `^${credentialId}(:.+)?$`), 'LoadCredential LoadCredentialEncrypted'],
    [pattern('ID:VALUE', `^${credentialId}:.+$`), 'SetCredential SetCredentialEncrypted'],
    [timeSpan, 'LogRateLimitIntervalSec'],
    [between(0, 2 ** 32 - 1), 'LogRateLimitBurst'],
    [between(-20, 19), 'Nice'],
    [between(0, 7), 'IOSchedulingPriority'],
    [oneOf('none', 'realtime', 'best-effort', 'idle', '0', '1', '2', '3'), 'IOSchedulingClass'],
    // systemd.service(5)
    [oneOf('no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'on-watchdog'), 'Restart'],
    [timeSpan, 'RestartSec TimeoutStartSec TimeoutStopSec WatchdogSec'],
    [oneOf('continue', 'stop', 'kill'), 'OOMPolicy'],
  ],
  // systemd.timer(5)
  Timer: () => [
    [timeSpan, 'OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec AccuracySec'],
    [boolean, 'FixedRandomDelay Persistent WakeSystem OnClockChange OnTimezoneChange'],
  ],
};
