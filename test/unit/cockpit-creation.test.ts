// The dialogue of the page in Cockpit that creates a guest.
import { expect, test } from 'vitest';
import {
  type CreationForm,
  creationArgs,
  emptyForm,
  isComplete,
  nameMistake,
} from '../../src/cockpit/model/creation.ts';

const form: CreationForm = { ...emptyForm, name: 'mail', tree: 'debian' };

test.each<[Partial<CreationForm>, string]>([
  [{}, 'create mail --build=debian --enable --start'],
  [{ isEnabled: false, isStarted: false }, 'create mail --build=debian'],
  [{ source: 'image', tree: 'oci:/srv/a:1', isEnabled: false }, 'create mail --image=oci:/srv/a:1 --start'],
  [{ source: 'ref', tree: 'site:os', isStarted: false }, 'create mail --ref=site:os --enable'],
  [
    { source: 'ref', tree: 'site:os', url: 'https://example.com/repo', isStarted: false },
    'create mail --ref=site:os --url=https://example.com/repo --enable',
  ],
  // A URL that was typed before another source was chosen has no effect.
  [{ url: 'https://example.com/repo', isEnabled: false }, 'create mail --build=debian --start'],
])('%j is the command %s', (change, command) => {
  expect(creationArgs({ ...form, ...change }).join(' ')).toBe(command);
});

test.each([
  ['', ''],
  ['web', ''],
  ['Web', 'A name has 1 to 63 of a-z, 0-9 and -'],
  ['-web', 'A name has 1 to 63 of a-z, 0-9 and -'],
  ['mail', 'mail is declared already'],
])("the name '%s' is wrong: '%s'", (name, mistake) => {
  expect(nameMistake({ ...form, name }, ['mail'])).toBe(mistake);
});

test('a guest is created only if all that is needed was typed', () => {
  expect(isComplete(form, [])).toBe(true);
  expect(isComplete(form, ['mail'])).toBe(false);
  expect(isComplete({ ...form, tree: '' }, [])).toBe(false);
  expect(isComplete({ ...form, name: '' }, [])).toBe(false);
});
