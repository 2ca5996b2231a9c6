// What a guest does not follow yet, from its file and from what the generator, the last update and the last start left.
import { expect, test } from 'vitest';
import { unitsOf } from '../../src/generator/guest-units.ts';
import { afterEdit } from '../../src/guestctl/screens/wording.ts';
import { mainDropIn, unapplied, unappliedBetween } from '../../src/guestctl/unapplied.ts';
import { treeOf } from '../../src/state/followed.ts';
import { guestOf } from './read.ts';

const plain = '[Guest]\nRef=site:debian\n[Remote]\nURL=file:///srv/mirror\n';

/** What a guest of this text left on disk when it was generated, updated and started. */
function leftBy(text: string) {
  const guest = guestOf(text);
  const dropIns = new Map(
    unitsOf({ guest }).flatMap((one) => ('text' in one ? [[one.path, one.text] as const] : [])),
  );
  const started = dropIns.get(mainDropIn('mail'));
  return { dropIns, started, followed: { tree: treeOf(guest) } };
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
  expect(unapplied(guestOf(after), leftBy(before))).toMatchObject({ ...none, ...due });
  expect(unappliedBetween(guestOf(before), guestOf(after))).toEqual({ ...none, ...due, reload: false });
});

test('a guest that an older version updated or started is not accused', () => {
  const older = { ...leftBy(plain), followed: undefined, started: undefined };
  expect(unapplied(guestOf(plain.replace('debian', 'fedora')), older)).toEqual(none);
});

test('a guest that systemd has never seen needs a reload', () => {
  const dropIns = new Map<string, string>();
  expect(unapplied(guestOf(plain), { ...leftBy(plain), dropIns })).toEqual({ ...none, reload: true });
});

test.each([
  [{ update: true, reboot: true }, 'Now update it, which makes its new tree: guestctl update mail'],
  [{ update: false, reboot: true }, 'The machine follows it when it starts next: machinectl reboot mail'],
  [{ update: false, reboot: false }, 'Nothing else is to be done'],
])('the last words of edit', (due, words) => {
  expect(afterEdit('mail', due)).toBe(words);
});
