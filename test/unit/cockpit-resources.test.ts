// What a guest uses over time, on the page in Cockpit: from the messages of its bridge to lines and words.
import { expect, test } from 'vitest';
import { MetricsReader } from '../../src/cockpit/model/metrics-reader.ts';
import { pathOf, plotsOf, upperEdge } from '../../src/cockpit/model/plots.ts';
import { samplers, shownTime, withValues } from '../../src/cockpit/model/resources.ts';

const meta = (...instances: readonly string[][]) =>
  JSON.stringify({ source: 'internal', metrics: instances.map((one) => ({ name: 'x', instances: one })) });

test('values that are missing or null have not changed, and false is not known', () => {
  const reader = new MetricsReader();
  expect(reader.read(meta(['a', 'b'], ['c']))).toBeUndefined();
  const read = (sample: unknown) =>
    reader.read(JSON.stringify([sample]))?.map((one) => Object.fromEntries(one));
  expect(read([[1, false], [3]])).toEqual([{ a: 1 }, { c: 3 }]);
  expect(read([[null, 5]])).toEqual([{ a: 1, b: 5 }, { c: 3 }]);
  expect(read([[], [false]])).toEqual([{ a: 1, b: 5 }, {}]);
  reader.read(meta(['b'], []));
  expect(read([[7], []])).toEqual([{ b: 7 }, {}]);
});

const mail = { name: 'mail', links: ['ve-mail'] };
const unit = 'machine.slice/systemd-nspawn@mail.service';
const [control, network, disk] = samplers;

test('a guest has what its own control group uses', () => {
  const others = [
    ['machine.slice', 9],
    [`${unit}/payload`, 9],
    ['machine.slice/systemd-nspawn@mail2.service', 9],
    // A guest of a guest.
    [`machine.slice/systemd-nspawn@web.service/payload/${unit}`, 9],
  ] as const;
  const cpu = new Map([...others, [unit, 500] as const]);
  const memory = new Map([...others, [`/my.slice/my-own.slice/systemd-nspawn@mail.service`, 1e6] as const]);
  expect(control?.read([memory, cpu], mail)).toEqual({ cpu: 0.5, memory: 1e6 });
  expect(control?.read([new Map(), new Map(others)], mail)).toEqual({ cpu: undefined, memory: undefined });
});

test('what the host sends to its interface, the guest receives', () => {
  const sent = new Map([
    ['ve-mail', 100],
    ['eth0', 900],
  ]);
  expect(network?.read([sent, new Map([['ve-mail', 7]])], mail)).toEqual({ received: 100, sent: 7 });
  expect(network?.read([sent, sent], { ...mail, links: [] })).toEqual({
    received: undefined,
    sent: undefined,
  });
});

test('its processes read and write for it; one that has ended takes nothing away', () => {
  const read = new Map([
    [`${unit}/payload/init.scope`, 10],
    [`${unit}/payload/system.slice/cron.service`, -400],
    ['system.slice', 1000],
  ]);
  expect(disk?.read([read, new Map()], mail)).toEqual({ read: 10, written: undefined });
});

test('values are kept as long as they are shown', () => {
  const first = withValues({}, { cpu: 0.1 }, 1000);
  const second = withValues(first, { cpu: 0.2, memory: 5 }, 1000 + shownTime - 1);
  expect(second).toMatchObject({ cpu: [{ value: 0.1 }, { value: 0.2 }], memory: [{ value: 5 }] });
  expect(withValues(second, { cpu: undefined, memory: 6 }, 1000 + shownTime)).toMatchObject({
    cpu: [{}, {}],
  });
  expect(withValues(second, { cpu: 0.3 }, 1000 + shownTime)['cpu']).toHaveLength(2);
});

test.each([
  [0.1, 0.1],
  [0.11, 0.2],
  [3, 5],
  [7, 10],
  [1000, 1000],
  [1010, 2000],
])('a plot of %d ends at %d', (value, edge) => {
  expect(upperEdge(value)).toBeCloseTo(edge);
});

test('a line goes from left to right, and has gaps where nobody looked', () => {
  const now = shownTime;
  const points = [
    { time: 0, value: 0 },
    { time: 2000, value: 5 },
    { time: now, value: 10 },
  ];
  expect(pathOf(points, now, 10)).toBe('M0.00 100.00L0.67 50.00M100.00 0.00');
});

test('each plot says in words what it shows', () => {
  const histories = {
    cpu: [
      { time: 1000, value: 0.12 },
      { time: 3000, value: 0.03 },
    ],
    sent: [{ time: 3000, value: 2500 }],
  };
  const plots = plotsOf(histories, 3000, 'en');
  expect(plots.map(({ title, top }) => [title, top])).toEqual([
    ['Processor', '20%'],
    ['Memory', ''],
    ['Network', '5 kB per second'],
    ['Disk', ''],
  ]);
  expect(plots[0]?.summary).toBe('Processor. Of one processor: 3% now, 12% at most');
  expect(plots[1]?.summary).toBe('Memory. No values yet');
  expect(plots[2]?.lines.map(({ label, now }) => [label, now])).toEqual([['Sent', '2.5 kB per second']]);
});

test('what nobody has sampled for a while is not shown', () => {
  const old = { cpu: [{ time: 0, value: 0.5 }] };
  expect(plotsOf(old, shownTime + 1, 'en')[0]?.lines).toEqual([]);
});
