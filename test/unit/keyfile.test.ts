// Key files: what `ostree remote add` wrote, an origin as rpm-ostree(1) has it, and what ini(npm) alone gets wrong.
import { expect, test } from 'vitest';
import { formatKeyfile, parseKeyfile, replaceGroup } from '../../src/ostree/keyfile.ts';

const config = `\
[core]
repo_version=1
mode=bare

[sysroot]
bootloader=none

[remote "site"]
url=file:///srv/mirror/repo
gpg-verify=false

[remote "vm.example.org"]
url=http://a/b;c#d
gpg-verify=true
gpgkeypath=/etc/pki/a.gpg;/etc/pki/b.gpg
`;

const origin = `\
[origin]
baserefspec=site:debian/12/server

[packages]
requested=vim;zsh;
`;

test.each([
  [
    'a repository configuration',
    config,
    {
      core: { repo_version: '1', mode: 'bare' },
      sysroot: { bootloader: 'none' },
      'remote "site"': { url: 'file:///srv/mirror/repo', 'gpg-verify': 'false' },
      'remote "vm.example.org"': {
        url: 'http://a/b;c#d',
        'gpg-verify': 'true',
        gpgkeypath: '/etc/pki/a.gpg;/etc/pki/b.gpg',
      },
    },
  ],
  [
    'an origin',
    origin,
    { origin: { baserefspec: 'site:debian/12/server' }, packages: { requested: 'vim;zsh;' } },
  ],
  ['comments and blank lines', '# one\n[a]\n\n#b=1\nc=2\n', { a: { c: '2' } }],
  ['spaces around =', '[a]\nb = c\n', { a: { b: 'c' } }],
  ['a value with =', '[a]\nurl=mirrorlist=http://x/?a=b\n', { a: { url: 'mirrorlist=http://x/?a=b' } }],
  [
    'words that are no strings elsewhere',
    '[a]\nb=true\nc=null\nd=1e3\ne=\n',
    { a: { b: 'true', c: 'null', d: '1e3', e: '' } },
  ],
  ['nothing', '', {}],
])('%s', (_, text, keyfile) => {
  expect(parseKeyfile(text)).toEqual(keyfile);
});

test('an origin is written as GLib reads it', () => {
  const keyfile = { origin: { refspec: 'site:debian/12/server' } };
  expect(formatKeyfile(keyfile)).toBe('[origin]\nrefspec=site:debian/12/server\n');
});

test('a group takes the place of the one with its name, and nothing else changes', () => {
  const config =
    '# ours\n[core]\nrepo_version=1\n\n[remote "a"]\nurl=old\nx=y\n\n[sysroot]\nbootloader=none\n';
  expect(replaceGroup(config, 'remote "a"', { url: 'https://u:p@a/b', 'gpg-verify': 'false' })).toBe(
    '# ours\n[core]\nrepo_version=1\n\n[sysroot]\nbootloader=none\n\n[remote "a"]\nurl=https://u:p@a/b\ngpg-verify=false\n',
  );
  expect(replaceGroup('', 'a', { b: 'c' })).toBe('[a]\nb=c\n');
  expect(parseKeyfile(replaceGroup(config, 'remote "a.b"', { url: 'x' }))).toMatchObject({
    'remote "a"': { url: 'old', x: 'y' },
    'remote "a.b"': { url: 'x' },
    core: { repo_version: '1' },
  });
});
