import { expect, test } from 'vitest';
import { guestFileText } from '../../src/steps/adopt/adopted-guest-file.ts';
import { parseStatus } from '../../src/steps/adopt/host-deployments.ts';
import { runsFrom, sysrootOf } from '../../src/steps/adopt/occupants.ts';

const csum = (digit: string) => digit.repeat(64);

test('deployments are numbered as ostree admin undeploy counts them: the staged one first', () => {
  // As `ostree admin status` of 2025.2 prints it, without the leading spaces of the first line.
  const status = `debian ${csum('9')}.0 (staged)
    origin refspec: host/next
* debian ${csum('4')}.0
    Version: 12.1
    origin refspec: host/trixie
  guest ${csum('4')}.1 (pinned)
    origin refspec: site:debian/12/server`;
  expect(parseStatus(status)).toEqual([
    { index: 0, booted: false, stateroot: 'debian', name: `${csum('9')}.0` },
    { index: 1, booted: true, stateroot: 'debian', name: `${csum('4')}.0` },
    { index: 2, booted: false, stateroot: 'guest', name: `${csum('4')}.1` },
  ]);
});

/** Lines of /proc/PID/mountinfo: of a process on the host, and of one in a container. */
const host = `22 1 8:3 /root / ro - btrfs /dev/sda3 rw
35 22 8:3 /root /sysroot ro - btrfs /dev/sda3 rw`;
const container = (root: string) => `401 399 8:3 ${root} / rw - btrfs /dev/sda3 rw
402 401 0:25 / /proc rw - proc proc rw`;

test.each([
  ['/root/ostree/deploy/mail/deploy/x.0', true],
  ['/root/ostree/deploy/mail2/deploy/x.0', false],
  // An adopted guest runs from elsewhere, with the same path inside.
  ['/root/var/lib/ostree-guests/mail/sysroot/ostree/deploy/mail/deploy/x.0', false],
])('a process with its root in %s runs from the stateroot: %s', (root, expected) => {
  expect(runsFrom(`${sysrootOf(host)}/ostree/deploy/mail/`, container(root))).toBe(expected);
});

test.each([
  [{ refspec: 'fedora:fedora/42/x86_64/iot' }, '[Guest]\nRef=fedora:fedora/42/x86_64/iot\n'],
  [{ baserefspec: 'fedora:stable' }, '[Guest]\nRef=fedora:stable\n'],
  [{ refspec: 'site/mine' }, '[Guest]\nRef=host:site/mine\n\n[Remote]\nURL=file:///ostree/repo\n'],
])('the origin %o becomes a guest file', (origin, expected) => {
  expect(guestFileText('mail', { origin })).toContain(expected);
});

test('so do its packages', () => {
  const origin = {
    origin: { baserefspec: 'fedora:stable' },
    packages: { requested: 'postfix;dovecot;' },
    overrides: { remove: 'firefox;' },
  };
  expect(guestFileText('mail', origin)).toContain(
    'Ref=fedora:stable\n\n[Packages]\nInstall=postfix dovecot\nRemove=firefox\n',
  );
});

test.each([
  ['ostree-unverified-registry:quay.io/fedora/fedora-iot:42', 'docker://quay.io/fedora/fedora-iot:42'],
  ['ostree-unverified-image:registry:quay.io/a/b:1', 'docker://quay.io/a/b:1'],
  ['ostree-image-signed:docker://quay.io/a/b:1', 'docker://quay.io/a/b:1'],
  ['ostree-remote-image:fedora:oci:/srv/image:1', 'oci:/srv/image:1'],
])('the image %s is %s', (reference, image) => {
  expect(guestFileText('mail', { origin: { 'container-image-reference': reference } })).toContain(
    `Image=${image}`,
  );
});

test('an origin that nothing can be updated from is refused', () => {
  expect(() => guestFileText('mail', { origin: { refspec: csum('4') } })).toThrow('names no ref');
});
