// What systemctl of systemd 257 printed on a test host, shortened by timers and units of the same kind.
import { expect, test } from 'vitest';
import { parseShow, parseTimers, parseUnits } from '../../src/host/systemctl.ts';

// A guest that runs, its update service and timer, and a unit that does not exist.
const shown = `\
StatusText=Container running: Ready.
ActiveState=active
UnitFileState=disabled
ActiveEnterTimestamp=@1795495782

StatusText=It takes effect at the next start: guestctl reboot mail
ActiveState=inactive
UnitFileState=static
ActiveEnterTimestamp=

ActiveState=active
UnitFileState=enabled
ActiveEnterTimestamp=@1795495775

StatusText=
ActiveState=inactive
UnitFileState=
ActiveEnterTimestamp=
`;

test('systemctl show: one object for each unit, in their order', () => {
  expect(parseShow(shown)).toEqual([
    {
      StatusText: 'Container running: Ready.',
      ActiveState: 'active',
      UnitFileState: 'disabled',
      ActiveEnterTimestamp: '@1795495782',
    },
    {
      StatusText: 'It takes effect at the next start: guestctl reboot mail',
      ActiveState: 'inactive',
      UnitFileState: 'static',
      ActiveEnterTimestamp: '',
    },
    { ActiveState: 'active', UnitFileState: 'enabled', ActiveEnterTimestamp: '@1795495775' },
    { StatusText: '', ActiveState: 'inactive', UnitFileState: '', ActiveEnterTimestamp: '' },
  ]);
});

test.each([
  ['a value with =', 'StatusText=Fetching a=b\n', [{ StatusText: 'Fetching a=b' }]],
  ['nothing but an empty value', 'StatusText=\n', [{ StatusText: '' }]],
])('systemctl show: %s', (_, stdout, units) => {
  expect(parseShow(stdout)).toEqual(units);
});

const units =
  '[{"unit":"ostree-guest-update@mail.service","load":"loaded","active":"inactive","sub":"dead","description":"Update of Mail server"},' +
  '{"unit":"systemd-nspawn@mail.service","load":"loaded","active":"active","sub":"running","description":"Mail server"}]\n';

test('systemctl list-units: the state of each that is loaded', () => {
  expect([...parseUnits(units)]).toEqual([
    ['ostree-guest-update@mail.service', 'inactive'],
    ['systemd-nspawn@mail.service', 'active'],
  ]);
  expect([...parseUnits('[]\n')]).toEqual([]);
});

const timers =
  '[{"next":1795565892503677,"left":1795565892503677,"last":0,"passed":0,"unit":"ostree-guest-update@mail.timer","activates":"ostree-guest-update@mail.service"},' +
  '{"next":0,"left":0,"last":0,"passed":0,"unit":"ostree-guest-update@web.timer","activates":"ostree-guest-update@web.service"},' +
  '{"next":null,"left":null,"last":0,"passed":0,"unit":"fstrim.timer","activates":"fstrim.service"}]\n';

test.each([
  ['when each is next', timers, [['ostree-guest-update@mail.timer', '2026-11-25T00:18:12.503Z']]],
  ['none', '[]\n', []],
])('systemctl list-timers: %s', (_, stdout, next) => {
  expect([...parseTimers(stdout)].map(([unit, time]) => [unit, time.toISOString()])).toEqual(next);
});
