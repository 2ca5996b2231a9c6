// What is live in the page in Cockpit: what guests use, and how far their services are.
import { expect, test } from 'vitest';
import { Store } from '../../src/cockpit/bridge/store.ts';
import { percent, usageOf } from '../../src/cockpit/model/guest-usage.ts';
import { MetricsReader } from '../../src/cockpit/model/metrics-reader.ts';
import { guestOfGroup } from '../../src/cockpit/model/unit-names.ts';
import { progressOf, UnitSignals } from '../../src/cockpit/model/unit-signals.ts';

test.each([
  ['machine.slice/systemd-nspawn@mail.service', 'mail'],
  ['/machine.slice/machine-big.slice/systemd-nspawn@mail.service', 'mail'],
  ['systemd-nspawn@mail.service', 'mail'],
  ['machine.slice/systemd-nspawn@mail.service/payload', undefined],
  ['machine.slice/systemd-nspawn@mail.service/payload/machine.slice/systemd-nspawn@inner.service', undefined],
  ['system.slice/ssh.service', undefined],
])('%s is the control group of %s', (group, guest) => {
  expect(guestOfGroup(group)).toBe(guest);
});

const groups = ['system.slice', 'machine.slice/systemd-nspawn@mail.service', 'systemd-nspawn@web.service'];
const about = (memory: readonly string[], cpu: readonly string[]) =>
  JSON.stringify({ metrics: [{ instances: memory }, { instances: cpu }] });
const usageIn = (reader: MetricsReader, message: string) => {
  const values = reader.read(message);
  return values && usageOf(values);
};

test('samples are joined with the groups that they are of; null means no change', () => {
  const reader = new MetricsReader();
  expect(usageIn(reader, about(groups, groups.slice(0, 2)))).toBeUndefined();
  const first = usageIn(
    reader,
    JSON.stringify([
      [
        [1, 5e7, 2e7],
        [false, false],
      ],
    ]),
  );
  expect(first).toEqual(
    new Map([
      ['mail', { memory: 5e7, cpu: undefined }],
      ['web', { memory: 2e7, cpu: undefined }],
    ]),
  );
  const second = usageIn(
    reader,
    JSON.stringify([
      [
        [null, 6e7],
        [0, 500],
      ],
      [[], [null, 250]],
    ]),
  );
  expect(second?.get('mail')).toEqual({ memory: 6e7, cpu: 0.25 });
  expect(second?.get('web')).toEqual({ memory: 2e7, cpu: undefined });
});

test('a guest that is gone uses nothing', () => {
  const reader = new MetricsReader();
  usageIn(reader, about(groups, groups));
  usageIn(
    reader,
    JSON.stringify([
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ]),
  );
  usageIn(reader, about(['system.slice'], ['system.slice']));
  expect(usageIn(reader, JSON.stringify([[[1], [2]]]))).toEqual(new Map());
});

test('a guest that starts again uses nothing less than nothing', () => {
  const values = new Map([['systemd-nspawn@web.service', -8000]]);
  expect(usageOf([new Map(), values]).get('web')).toEqual({ memory: undefined, cpu: 0 });
});

test('a share of a processor', () => {
  expect([percent(0.0123, 'en'), percent(0.5, 'en'), percent(1.5, 'en')]).toEqual(['1.2%', '50%', '150%']);
});

const unit = 'ostree-guest-update@mail.service';
const [ofUnit, ofService] = ['org.freedesktop.systemd1.Unit', 'org.freedesktop.systemd1.Service'];
const say = (signals: UnitSignals, text: string, result = 'success') =>
  signals.isNews({ unit, about: ofService, said: { StatusText: { v: text }, Result: { v: result } } });

test('how far a service is, is no reason to ask for everything again', () => {
  const signals = new UnitSignals();
  expect(say(signals, 'Fetching')).toBe(true);
  expect(say(signals, 'Fetching: 40%')).toBe(false);
  expect(progressOf('mail', signals.progress)).toBe('Fetching: 40%');
  expect(progressOf('web', signals.progress)).toBe('');
  expect(say(signals, 'Fetching: 50%', 'exit-code')).toBe(true);
});

test.each(['inactive', 'failed'])('a service that is %s is at nothing', (state) => {
  const signals = new UnitSignals();
  say(signals, 'Fetching');
  expect(signals.isNews({ unit, about: ofUnit, said: { ActiveState: { v: state } } })).toBe(true);
  expect(progressOf('mail', signals.progress)).toBe('');
});

test('what is shown is looked for from the first view on to the last one', () => {
  const said: string[] = [];
  const store = new Store(0, () => {
    said.push('begin');
    return () => said.push('end');
  });
  const leave = ['a', 'b'].map((view) => store.subscribe(() => said.push(`${view} ${store.known()}`)));
  store.set(1);
  for (const one of leave) one();
  store.set(2);
  store.subscribe(() => {});
  expect(said).toEqual(['begin', 'a 1', 'b 1', 'end', 'begin']);
});
