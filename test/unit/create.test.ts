// What `guestctl create` writes, and the templates that it copies.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadBuildFile } from '../../src/config/load.ts';
import { newGuestText } from '../../src/guestctl/new-guest.ts';
import { makeProgram } from '../../src/guestctl/program.ts';
import { plain } from '../../src/guestctl/screen.ts';
import { templatesText } from '../../src/guestctl/screens/templates.ts';
import { remedyFor } from '../../src/host/install-remedy.ts';
import { nodeFiles } from '../../src/host/node-files.ts';

describe.each(readdirSync('templates'))('the template %s', (name) => {
  const checked = loadBuildFile(nodeFiles, resolve('templates', name));

  test('has no mistakes', () => {
    expect('broken' in checked ? checked.broken.problems : []).toEqual([]);
  });

  test('makes a tree with network, DNS and ssh', () => {
    const recipe = 'build' in checked ? checked.build.recipe : undefined;
    const words = recipe?.kind === 'commands' ? recipe.commands.flatMap(({ words }) => words).join(' ') : '';
    for (const part of ['systemd-networkd', 'systemd-resolved', 'openssh-server', 'ca-certificates'])
      expect(words).toContain(part);
    expect(words).toMatch(/systemctl --root=\S+ enable systemd-networkd systemd-resolved sshd?/);
  });
});

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBx';

test.each([
  ['a build', { build: 'debian' }, '[Guest]\nBuild=debian\n'],
  ['an image', { image: 'docker://quay.io/x' }, '[Guest]\nImage=docker://quay.io/x\n'],
  ['an image of a registry', { image: 'quay.io/x:1' }, '[Guest]\nImage=docker://quay.io/x:1\n'],
  ['one with a port', { image: 'localhost:5000/x' }, '[Guest]\nImage=docker://localhost:5000/x\n'],
  ['an image in a directory', { image: 'oci:/srv/x:1' }, '[Guest]\nImage=oci:/srv/x:1\n'],
  ['an image of no registry', { image: 'library/debian' }, '[Guest]\nImage=library/debian\n'],
  ['a remote', { ref: 'a:b', url: 'file:///x' }, '[Guest]\nRef=a:b\n\n[Remote]\nURL=file:///x\n'],
  [
    'packages and ports',
    { build: 'debian', install: ['nginx,curl', 'less  nano'], port: ['tcp:8080:80', '53'] },
    '[Guest]\nBuild=debian\n\n[Packages]\nInstall=nginx curl less nano\n\n[Network]\nPort=tcp:8080:80\nPort=53\n',
  ],
  [
    'keys, without comments and with characters that systemd would read',
    { build: 'x', keys: `# mine\n${key} me@100%\n\n  command="a\\b" ${key}\n` },
    `[Guest]\nBuild=x\n\n[Service]\nSetCredential=ssh.authorized_keys.root:${key} me@100%%\\ncommand="a\\\\b" ${key}\\n\n`,
  ],
])('the guest file of %s', (_, options, text) => {
  expect(newGuestText(options)).toBe(text);
});

test.each([
  '',
  '# nothing\n',
  '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
  `${key}\nssh-ed25519\n`,
])('keys that are none are refused: %j', (keys) => {
  expect(() => newGuestText({ build: 'x', keys })).toThrow('This is not a file of public SSH keys');
});

const debian = 'ID=debian\n';
const fedora = 'NAME="Fedora Linux"\nID=fedora\n';
const gpgKey = '/usr/share/distribution-gpg-keys/fedora/RPM-GPG-KEY-fedora-44-primary';

test.each([
  ['mmdebstrap', debian, false, 'Run: apt install mmdebstrap'],
  ['skopeo', 'ID=ubuntu\nID_LIKE=debian\n', false, 'Run: apt install skopeo'],
  ['mmdebstrap', fedora, false, 'Run: dnf install mmdebstrap'],
  ['mmdebstrap', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', false, 'Run: dnf install mmdebstrap'],
  ['skopeo', fedora, true, 'Run: rpm-ostree install skopeo'],
  ['dnf', 'ID=arch\n', false, 'Install the package dnf'],
  [gpgKey, debian, false, 'Run: apt install distribution-gpg-keys'],
  ['mmdebstarp', debian, false, 'Install it, or correct the name'],
])('%s, if it is missing on a host of %j', (missing, release, isOstree, remedy) => {
  expect(remedyFor(missing, { release, isOstree })).toBe(remedy);
});

test('the list of templates names what is missing, and builds that are used instead', () => {
  const at = { file: '/a', line: 1, column: 1 };
  const template = { description: 'Debian', file: '/t', build: undefined, problems: [] };
  const problem = { at, message: 'There is no dnf on this host', remedy: 'Run: apt install dnf' };
  expect(
    templatesText(
      [
        { ...template, name: 'debian' },
        { ...template, name: 'fedora', problems: [problem] },
        { ...template, name: 'site', build: '/etc/ostree-guests/site.build' },
      ],
      plain,
    ),
  ).toBe(`TEMPLATE  DESCRIPTION  STATE
debian    Debian       ready
fedora    Debian       There is no dnf on this host. Run: apt install dnf
site      Debian       declared: /etc/ostree-guests/site.build`);
});

test.each([
  ['/', '/ is a directory'],
  ['/nowhere/key.pub', 'There is no file /nowhere/key.pub'],
])('public keys in %s', async (file, message) => {
  const args = ['create', 'of-the-keys', '--ref=site:a', `--ssh-key=${file}`, '--dry-run'];
  await expect(makeProgram('1.0').parseAsync(args, { from: 'user' })).rejects.toThrow(message);
});
