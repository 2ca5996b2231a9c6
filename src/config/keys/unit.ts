// lazy: QuickJS reads this file when one of its functions is called.
import { type Effect, nothingElse, type Row } from '../key-table.ts';
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
export const unitKeys = (): Row[] => [
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

export const serviceKeys = (): Row[] => [
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
export const timerKeys = (): Row[] => [
  [
    timeSpan,
    ['OnActiveSec', 'OnBootSec', 'OnStartupSec', 'OnUnitActiveSec', 'OnUnitInactiveSec', 'AccuracySec'],
    timer,
  ],
  [boolean, ['FixedRandomDelay', 'Persistent', 'WakeSystem', 'OnClockChange', 'OnTimezoneChange'], timer],
];
