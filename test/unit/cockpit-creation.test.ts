// The dialogue of the page in Cockpit that creates a guest.
import { expect, test } from 'vitest';
import {
  type CreationForm,
  creationArgs,
  emptyForm,
  isComplete,
  mistakesOf,
  nameMistake,
} from '../../src/cockpit/model/creation.ts';
import { treeChoices } from '../../src/cockpit/model/tree-choices.ts';
import type { ToldBuild, ToldTemplate } from '../../src/cockpit/told/answers.ts';

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
  [
    { healthCheck: ' systemctl is-active nginx ', isStarted: false, isEnabled: false },
    'create mail --build=debian --set=Update.HealthCheck=systemctl is-active nginx',
  ],
  // A URL that was typed before another source was chosen has no effect.
  [{ url: 'https://example.com/repo', gpgKey: '/a', isEnabled: false }, 'create mail --build=debian --start'],
  [
    { source: 'ref', tree: 'site:os', gpgKey: '/etc/pki/a.gpg', isEnabled: false, isStarted: false },
    'create mail --ref=site:os --gpg-key=/etc/pki/a.gpg',
  ],
  [
    {
      description: ' Mail ',
      packages: 'nginx, curl',
      ports: '53  tcp:8080:80,',
      isStarted: false,
      isEnabled: false,
    },
    'create mail --build=debian --description=Mail --install=nginx, curl --port=53 --port=tcp:8080:80',
  ],
  // Keys are given on standard input.
  [
    { sshKeys: 'ssh-ed25519 AAAA', isStarted: false, isEnabled: false },
    'create mail --build=debian --ssh-key=-',
  ],
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

test('a problem is shown at the field that made its line', () => {
  const path = '/etc/ostree-guests/mail.guest';
  const text = '[Guest]\nRef=site:os\n\n[Remote]\nURL=ftp://x\n\n[Network]\nPort=lots\n';
  const at = (line: number, message: string, file = path) => ({
    file,
    line,
    column: 1,
    message,
    remedy: null,
  });
  const problems = [at(2, 'no remote'), at(5, 'no URL'), at(8, 'no port'), at(1, 'no tree')];
  const { of, others } = mistakesOf({ files: [{ path, text }], problems });
  expect([of('tree'), of('url'), of('ports'), of('gpgKey')]).toEqual(['no remote', 'no URL', 'no port', '']);
  expect(others).toEqual(['no tree']);
  const build = mistakesOf({
    files: [],
    problems: [at(3, 'no mmdebstrap', '/etc/ostree-guests/debian.build')],
  });
  expect(build.of('tree')).toBe('no mmdebstrap');
  expect(mistakesOf(undefined).of('tree')).toBe('');
});

test('a guest is built with a build of the host, or with a template that has no build yet', () => {
  const build: ToldBuild = {
    name: 'tools',
    description: '',
    file: '/etc/ostree-guests/tools.build',
    state: 'idle',
    timer: { enabled: false, next: null },
    result: null,
    published: null,
    mistakes: [],
  };
  const template = (name: string, some: Partial<ToldTemplate> = {}): ToldTemplate => ({
    name,
    description: 'A system',
    file: `/usr/lib/${name}.build`,
    build: null,
    problems: [],
    ...some,
  });
  const problems = [{ message: 'dnf is missing', remedy: 'Install it' }];
  const templates = [
    template('debian'),
    template('fedora', { problems }),
    template('tools', { build: build.file }),
  ];
  expect(treeChoices(templates, [build])).toEqual([
    { name: 'tools', label: 'tools', hint: `Declared on this host: ${build.file}`, mistake: '' },
    { name: 'debian', label: 'debian: A system', hint: 'A template: /usr/lib/debian.build', mistake: '' },
    {
      name: 'fedora',
      label: 'fedora: A system',
      hint: 'A template: /usr/lib/fedora.build',
      mistake: 'dnf is missing. Install it',
    },
  ]);
});
