// Values of [Unit], [Service] and [Timer], to compare with what systemd-analyze verify says of them in a unit.
import { guestVocabulary } from '../../src/config/vocabulary.ts';
import type { Setting } from './container-values.ts';

const [spans, booleans, counts] = [
  [
    '5',
    '5min',
    '1h 30min',
    '.5h',
    '+1h',
    '3s.5',
    'infinity',
    '0',
    '1hour30',
    'soon',
    '5x',
    '99999999999999y',
    '-1s',
    '1.5',
    '5 min 3',
    '1h\u00a030min',
  ],
  'yes no on OFF 1 0 y t maybe 2 True'.split(' '),
  '1 100 infinity 50% 50.5% 50‰ 0 -1 some 0x10 +5 150% 18446744073709551615'.split(' '),
];
const sizes =
  '512M 2G 1G500M 1.5G 50% 50.5% 50‰ +5M infinity 1 0 0% 100% 150% 1GB 1KB 16E lots -1 5k 1G-1M 100.001%'.split(
    ' ',
  );
const shares = '50% 150% 200‰ 1% 0% 0.5% 0.05% 0.005% 2 -5% 50.5% 10000‱ x% +5%'.split(' ');
const nice = '0 5 -20 19 20 -21 1.5 +5 0x5 x'.split(' ');

const table: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Unit: {
    StartLimitIntervalSec: spans,
    StartLimitBurst: '0 5 4294967295 4294967296 -1 0x10 x 1.5'.split(' '),
    Wants: ['a.service', 'a.service b.service'],
    RequiresMountsFor: ['/a', '/a /b', 'a'],
    ConditionPathExists: ['/a', '!/a', '|/a', 'a'],
    ConditionHost: ['a', '!a'],
    Documentation: ['man:systemd(1)', 'https://example.org/', 'nothing'],
  },
  Service: {
    MemoryMin: sizes,
    MemoryLow: sizes,
    MemoryHigh: sizes,
    MemoryMax: sizes,
    MemorySwapMax: sizes,
    MemoryZSwapMax: sizes,
    CPUQuota: shares,
    ManagedOOMMemoryPressureLimit: shares,
    CPUQuotaPeriodSec: ['10ms', '1s', '2s', '1us', 'x', 'infinity'],
    TasksMax: counts,
    IPAccounting: booleans,
    Nice: nice,
    IOSchedulingPriority: '0 7 8 -1 3 x 0x3'.split(' '),
    IOSchedulingClass: 'none realtime best-effort idle 0 1 2 3 4 fast'.split(' '),
    ManagedOOMSwap: 'auto kill off'.split(' '),
    ManagedOOMMemoryPressure: 'auto kill no'.split(' '),
    ManagedOOMPreference: 'none avoid omit x'.split(' '),
    CPUWeight: '1 100 10000 10001 0 idle x'.split(' '),
    IOWeight: '1 10000 10001 x'.split(' '),
    AllowedCPUs: ['0', '0-3', '0,2', 'x'],
    LoadCredential: ['a:/b', 'a', 'a b:/x', ':x', 'a/b:/c', 'a:b', '%i.x:/b', 'a\\:b:/c', '.:/x'],
    SetCredential: ['a:b', 'a', 'a:', ':b', 'a b:c', 'a:\\x41', '%n:x'],
    Restart: 'no always on-success on-failure on-abnormal on-abort on-watchdog yes never'.split(' '),
    RestartSec: spans,
    TimeoutStartSec: spans,
    TimeoutStopSec: spans,
    WatchdogSec: spans,
    OOMPolicy: 'continue stop kill x'.split(' '),
    DeviceAllow: ['/dev/null rw', '/dev/null', 'char-pts rwm', '/dev/null x', 'null'],
    IPAddressAllow: ['10.0.0.0/8', 'localhost any', 'x'],
    IODeviceWeight: ['/dev/null 100', '/dev/null'],
    Slice: ['a.slice', 'a.service'],
  },
  Timer: {
    OnBootSec: spans,
    OnActiveSec: spans,
    OnUnitActiveSec: spans,
    AccuracySec: spans,
    FixedRandomDelay: booleans,
    Persistent: booleans,
    WakeSystem: booleans,
    OnClockChange: booleans,
    OnTimezoneChange: booleans,
  },
};

export const unitSettings: readonly Setting[] = Object.entries(table).flatMap(([section, keys]) =>
  Object.entries(keys).flatMap(([key, values]) => values.map((value) => ({ section, key, value }))),
);

/** Each setting is a line of a unit of its kind. An empty assignment after it takes it back again. */
export interface Unit {
  readonly name: string;
  readonly text: string;
}

export function unitsOf(settings: readonly Setting[]): Unit[] {
  const lines = (...sections: readonly string[]) =>
    sections.flatMap((section) => [
      `[${section}]`,
      ...settings.filter((one) => one.section === section).map(({ key, value }) => `${key}=${value}`),
    ]);
  return [
    {
      name: 'oracle@.service',
      text: [...lines('Service', 'Unit'), '[Service]', 'ExecStart=/bin/true', ''].join('\n'),
    },
    {
      name: 'oracle@.timer',
      text: [...lines('Timer'), '[Timer]', 'OnBootSec=', 'OnBootSec=1', ''].join('\n'),
    },
  ];
}

/** Where systemd-analyze complains: NAME:LINE, with what it says. */
export function complaintsOf(stderr: string): Map<string, string> {
  const found = [...stderr.matchAll(/(oracle@\.\w+):(\d+): (.*)$/gm)];
  return new Map(found.map(([, name, line, text = '']) => [`${name}:${line}`, text]));
}

/** The place of each setting in the units. */
export function placesOf(settings: readonly Setting[]): string[] {
  const counts = new Map<string, number>();
  const service = settings.filter(({ section }) => section === 'Service').length;
  return settings.map(({ section }) => {
    const index = counts.get(section) ?? 0;
    counts.set(section, index + 1);
    if (section === 'Timer') return `oracle@.timer:${index + 2}`;
    return `oracle@.service:${index + 2 + (section === 'Unit' ? service + 1 : 0)}`;
  });
}

/** By the type of the key; undefined if it leaves all to systemd. */
export function isRight({ section, key, value }: Setting): boolean | undefined {
  const type = guestVocabulary.find(section, key)?.type;
  return type?.noun === 'text' ? undefined : type?.check(value) === undefined;
}
