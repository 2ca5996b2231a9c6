// What rename guards, and remove stops: nothing that works on a guest may be forgotten.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { servicesOfGuest, timersOfGuest } from '../../src/machine/guest-state.ts';

const templates = readdirSync('units').filter((name) => name.includes('@'));

/** Templates whose instance is no guest, or that do no work on one. */
const others: Readonly<Record<string, string>> = {
  'ostree-guest-build@.service': 'its instance is a build',
  'ostree-guest-build@.timer': 'its instance is a build',
  'ostree-guest-publish@.service': 'its instance is a build',
  'ostree-guest-mirror@.service': 'its instance is a mirror',
  'ostree-guest-mirror@.timer': 'its instance is a mirror',
  'ostree-guest-image@.service': 'does no work: machinectl(1) knows the guest by it',
  'ostree-guest-settled@.service': 'does no work: it waits for the start of the guest, for the metrics',
  'ostree-guest-port@.service': 'systemd stops it with the guest',
};

test('each template of the package is among the units that rename and remove handle', () => {
  const services = templates.filter((name) => name.endsWith('.service') && !(name in others));
  const known = servicesOfGuest('mail').map((unit) => unit.replace('@mail.', '@.'));
  expect(known.filter((unit) => /^ostree-guest-.*@/.test(unit)).toSorted()).toEqual(services.toSorted());
  const timers = templates.filter((name) => name.endsWith('.timer') && !(name in others));
  expect(
    timersOfGuest('mail')
      .map((unit) => unit.replace('@mail.', '@.'))
      .toSorted(),
  ).toEqual(timers.toSorted());
});

test('the unit of the guest is first: rename records there what it does', () => {
  expect(servicesOfGuest('mail')[0]).toBe('systemd-nspawn@mail.service');
});
