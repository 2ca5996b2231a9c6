// What a guest does not follow yet, from its file and from what the generator, the last update and the last start left.
import { expect, test } from 'vitest';
import { unitsOf } from '../../src/generator/guest-units.ts';
import { afterEdit } from '../../src/guestctl/screens/wording.ts';
import { mainDropIn, unappliedBetween, unappliedUnits } from '../../src/guestctl/unapplied.ts';
import { guestOf } from './read.ts';

const plain = '[Guest]\nRef=site:debian\n[Remote]\nURL=file:///srv/mirror\n';

/** What a guest of this text left on disk when it was generated, updated and started. */
function leftBy(text: string) {
  const guest = guestOf(text);
  const dropIns = new Map(
    unitsOf({ guest }).flatMap((one) => ('text' in one ? [[one.path, one.text] as const] : [])),
  );
  const started = dropIns.get(mainDropIn('mail'));
  return { dropIns, started };
}

const none = { reload: false, update: false, reboot: false };

test.each([
  ['nothing', plain, plain, none],
  ['a comment', plain, `# Mail\n${plain}`, none],
  ['the ref', plain, plain.replace('debian', 'fedora'), { update: true }],
  ['the remote', plain, plain.replace('mirror', 'other'), { update: true }],
  ['packages', plain, `${plain}[Packages]\nInstall=vim\n`, { reload: true, update: true }],
  ['the updates', plain, `${plain}[Update]\nOnCalendar=weekly\n`, { reload: true }],
  ['the updates back', `${plain}[Update]\nOnCalendar=weekly\n`, plain, { reload: true }],
  ['a limit', plain, `${plain}[Service]\nMemoryMax=1G\n`, { reload: true }],
  ['a dependency', plain, `${plain}[Unit]\nAfter=x.service\n`, { reload: true }],
  ['a port', plain, `${plain}[Network]\nPort=tcp:80:80\n`, { reload: true, reboot: true }],
  ['a credential', plain, `${plain}[Service]\nLoadCredential=a:/etc/a\n`, { reload: true, reboot: true }],
])('after a change of %s', (_, before, after, due) => {
  const { update, ...ofUnits } = { ...none, ...due };
  expect(unappliedUnits(guestOf(after), leftBy(before))).toEqual(ofUnits);
  expect(unappliedBetween(guestOf(before), guestOf(after))).toEqual({ ...ofUnits, update, reload: false });
});

test('a guest that an older version started is not accused', () => {
  const older = { ...leftBy(plain), started: undefined };
  const changed = guestOf(`${plain}[Exec]\nHostname=other\n`);
  expect(unappliedUnits(changed, older)).toEqual({ reload: true, reboot: false });
});

test('a guest that systemd has never seen needs a reload', () => {
  const dropIns = new Map<string, string>();
  expect(unappliedUnits(guestOf(plain), { dropIns, started: undefined })).toEqual({
    reload: true,
    reboot: false,
  });
});

test.each([
  [{ update: true, reboot: true }, 'Now update it, which makes its new tree: guestctl update mail'],
  [{ update: false, reboot: true }, 'The machine follows it when it starts next: guestctl reboot mail'],
  [{ update: false, reboot: false }, 'Nothing else is to be done'],
])('the last words of edit', (due, words) => {
  expect(afterEdit('mail', due)).toBe(words);
});
