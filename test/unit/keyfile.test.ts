// Key files: what `ostree remote add` wrote, an origin as rpm-ostree(1) has it, and what ini(npm) alone gets wrong.
import { expect, test } from 'vitest';
import { formatKeyfile, parseKeyfile } from '../../src/ostree/keyfile.ts';

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
        ...{ url: 'http://a/b;c#d', 'gpg-verify': 'true', gpgkeypath: '/etc/pki/a.gpg;/etc/pki/b.gpg' },
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
