// Boot entries as two versions of libostree wrote them, and some that are written differently.
import { expect, test } from 'vitest';
import { bootOrder, parseBootEntry } from '../../src/ostree/boot-entries.ts';
import { partsOf } from '../../src/ostree/deployments.ts';
import { isDeploymentName } from '../../src/ostree/names.ts';
import { named } from './names.ts';

const bookworm = '19732980d68fbd00358a0a4d98246c960400b87e4fa2a2e155db98be2b42ed6c';
const ostree2022_7 = `\
title Debian GNU/Linux 12 (bookworm) 12.1 (ostree:1)
version 1
options init=/ostree/boot.0/mail/${bookworm}/1/usr/lib/ostree/ostree-prepare-root ostree=/ostree/boot.0/mail/${bookworm}/1
linux /ostree/mail-${bookworm}/vmlinuz-6.1.0
`;
const trixie = '39a2efff6255cd681d85faaa9099e1104e8db68ab6628d227f8741691b0d512a';
const deployment = '158814d5b6e65b5bfb86803c64d640da01efcedbab9890ec07fe5d527703f001.0';
const ostree2025_2 = `\
title Debian GNU/Linux 13 (trixie) 12.2 (ostree:0)
version 2
options init=/ostree/boot.0/mail/${trixie}/0/usr/lib/ostree/ostree-prepare-root ostree=/ostree/boot.0/mail/${trixie}/0
linux /ostree/mail-${trixie}/vmlinuz-0-placeholder
aboot /ostree/deploy/mail/deploy/${deployment}/usr/lib/ostree-boot/aboot.img
abootcfg /ostree/deploy/mail/deploy/${deployment}/usr/lib/ostree-boot/aboot.cfg
`;

test.each([
  [
    'libostree 2022.7',
    ostree2022_7,
    { version: 1, title: 'Debian GNU/Linux 12 (bookworm) 12.1', root: `/ostree/boot.0/mail/${bookworm}/1` },
  ],
  [
    'libostree 2025.2',
    ostree2025_2,
    { version: 2, title: 'Debian GNU/Linux 13 (trixie) 12.2', root: `/ostree/boot.0/mail/${trixie}/0` },
  ],
  [
    'a stateroot in the title, and other arguments around',
    'title Fedora 31 (ostree:fedora:0)\nversion 10\noptions root=UUID=1 ostree=/ostree/boot.1/f/c/0 quiet\n',
    { version: 10, title: 'Fedora 31', root: '/ostree/boot.1/f/c/0' },
  ],
  [
    'tabs, comments, and no title',
    '# made by hand\nversion\t3\noptions\tostree=/ostree/boot.1/f/c/0\n',
    { version: 3, title: '', root: '/ostree/boot.1/f/c/0' },
  ],
  [
    'an entry that is not one of OSTree',
    'title Other\nversion 9\noptions root=/dev/sda1 noostree=/x\n',
    undefined,
  ],
  ['an empty file', '', undefined],
  [
    'a version that brings lines of its own',
    'title X 3\noptions ostree=/../web\nx y (ostree:0)\nversion 1\noptions ostree=/a\n',
    { wrong: 'it names more than one deployment' },
  ],
  ['two roots', 'version 1\noptions ostree=/a ostree=/b\n', { wrong: 'it names more than one deployment' }],
  ['two versions', 'version 1\nversion 2\noptions ostree=/a\n', { wrong: 'it has not one version' }],
  ['no version', 'options ostree=/a\n', { wrong: 'it has not one version' }],
  ['a relative root', 'version 1\noptions ostree=a\n', { wrong: 'a is not an absolute path' }],
])('%s', (_, text, entry) => {
  expect(parseBootEntry(text)).toEqual(entry);
});

test('the highest version comes first, as a number', () => {
  const entries = [2, 10, 9].map((version) => ({ version, title: `v${version}`, root: '/' }));
  expect(bootOrder(entries).map(({ title }) => title)).toEqual(['v10', 'v9', 'v2']);
});

test.each([
  [deployment, { checksum: deployment.slice(0, 64), serial: 0 }],
  [`${trixie}.12`, { checksum: trixie, serial: 12 }],
])('the deployment %s', (name, parsed) => {
  expect(isDeploymentName(name)).toBe(true);
  expect(partsOf(named(name))).toEqual(parsed);
});
