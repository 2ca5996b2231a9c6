// What people read about a container that could not be, or that would not be a guest: mounts, quoting, contradictions.
import { expect, test } from 'vitest';
import { complaints } from './read.ts';

const destination = "The place in the guest must be an absolute path, without '..'";
const readOnly = "A guest's /usr is read-only: it is shared with the repository";
const whole = 'A guest is a whole machine, which boots an init system as root';
const state = "A guest's /etc and /var are its own, and stay: OSTree merges the one and keeps the other";
const owners =
  'The owners of a guest are mapped, never changed: its files are hard links into the OSTree repository';
const hides = (path: string) => `It would hide the guest's own ${path}`;

const good = '[Guest]\nRef=site:x\n';

// Key and value in line 4, and why the value cannot be.
test.each([
  ['Files', 'Bind', '/srv:srv', destination],
  ['Files', 'Bind', '/srv:/mnt/../usr', destination],
  ['Files', 'Bind', '+/usr', hides('/usr')],
  ['Files', 'Bind', '/srv:/:rbind', hides('/')],
  ['Files', 'Bind', '/srv\\:/x:/var/', hides('/var')],
  ['Files', 'Bind', '/srv:/usr/share', readOnly],
  // As the kernel and nspawn read it.
  ['Files', 'Bind', '/srv://usr', hides('/usr')],
  ['Files', 'Bind', '/srv:/usr//share', readOnly],
  ['Files', 'Bind', '/srv:/us\\r', hides('/usr')],
  ['Files', 'Bind', '/srv:/bin/x', readOnly],
  ['Files', 'Bind', '/a\\\\:/usr', hides('/usr')],
  ['Files', 'BindReadOnly', '/etc', hides('/etc')],
  ['Files', 'TemporaryFileSystem', '/run:size=1M', hides('/run')],
  ['Files', 'TemporaryFileSystem', '/usr/tmp', readOnly],
  ['Files', 'Inaccessible', '/dev', hides('/dev')],
  ['Files', 'Overlay', '/a:/b:/sysroot', hides('/sysroot')],
  ['Files', 'Overlay', '/a:/b:/usr/share', readOnly],
  ['Files', 'OverlayReadOnly', '/a:/proc', hides('/proc')],
  ['Files', 'ReadOnly', 'yes', state],
  ['Files', 'Volatile', 'overlay', state],
  ['Files', 'PrivateUsersOwnership', 'chown', owners],
  ['Files', 'PrivateUsersChown', 'yes', owners],
  ['Exec', 'Boot', 'no', whole],
  ['Exec', 'ProcessTwo', 'yes', whole],
  ['Exec', 'User', 'nobody', whole],
  ['Exec', 'WorkingDirectory', '/srv', whole],
  ['Exec', 'Ephemeral', 'yes', state],
  ['Exec', 'PivotRoot', '/x', 'The deployment is the root; elsewhere its /usr could not be protected'],
  ['Exec', 'AmbientCapability', 'CAP_KILL', 'systemd-nspawn has them only where it does not boot'],
  [
    'Exec',
    'LinkJournal',
    'auto',
    'It would write into the deployment; journalctl -M reads the journal without it',
  ],
])('[%s] %s=%s', (section, key, value, why) => {
  expect(complaints(`${good}[${section}]\n${key}=${value}`)).toEqual([
    `mail.guest:4:${key.length + 2}: '${value}' is not right for ${key}=. ${why}`,
  ]);
});

test.each([
  // Values that every guest has anyway, and mounts that hide nothing.
  ['[Exec]\nBoot=yes\nUser=root\n[Files]\nReadOnly=no\nPrivateUsersOwnership=map', []],
  [
    '[Files]\nBind=/srv\nBind=/a:/var/b\nBind=/a:/usr/local/b\nBindReadOnly=/x:/usr/share/x\nInaccessible=/usr/bin/nc',
    [],
  ],
  ['[Network]\nPrivate=no\nVirtualEthernet=no\nZone=', []],
  ['[Network]\nPrivate=no\nPrivate=\nZone=a', []],

  // Quoting.
  ['[Exec]\nParameters=a "b c', ['mail.guest:4:14: This quote is not closed: "b c']],
  ["[Exec]\nEnvironment='a=b", ["mail.guest:4:13: This quote is not closed: 'a=b"]],

  // Values that do not go together.
  [
    '[Remote]\nGPGVerify=no',
    ["mail.guest:4:11: URL= is missing in [Remote]. Add it, or remove [Remote] to use the host's remote"],
  ],
  [
    '[Remote]\nURL=http://a/\nGPGVerify=true',
    [
      'mail.guest:5:11: GPGVerify= is on, but there is no key to verify with. Add GPGKeyPath=, with the keys to trust',
    ],
  ],
  [
    '[Remote]\nURL=https://a/\nTLSClientCertPath=/a.pem',
    [
      'mail.guest:5:19: TLSClientCertPath= needs TLSClientKeyPath=. Add TLSClientKeyPath=, or remove TLSClientCertPath=',
    ],
  ],
  [
    '[Remote]\nURL=https://a/\nTLSClientKeyPath=/a.key',
    [
      'mail.guest:5:18: TLSClientKeyPath= needs TLSClientCertPath=. Add TLSClientCertPath=, or remove TLSClientKeyPath=',
    ],
  ],
  [
    '[Remote]\nURL=https://a/\nProxyURL=proxy:3128',
    [
      "mail.guest:5:10: 'proxy:3128' is not right for ProxyURL=. Expected the URL of a proxy that starts with http://, https:// or socks5://",
    ],
  ],
  [
    '[Network]\nPrivate=no\nPort=80',
    [
      "mail.guest:5:6: Port= needs a network of the guest's own, but [Network] gives it the host's network. Add VirtualEthernet=yes, or remove Port=",
    ],
  ],
  [
    '[Network]\nPort=80:1\nPort=tcp:80:2',
    [
      'mail.guest:5:6: This port of the host is already forwarded: Port=80:1 in mail.guest:4. Remove one of them',
    ],
  ],
  [
    '[Network]\nPort=127.0.0.1:80:1\nPort=127.0.0.2:80:2\nPort=udp:80:3\nPort=80:2',
    [
      'mail.guest:7:6: This port of the host is already forwarded: Port=127.0.0.1:80:1 in mail.guest:4. Remove one of them',
    ],
  ],
  [
    '[Network]\nNamespacePath=/run/netns/a\nBridge=br0',
    ['mail.guest:4:15: NamespacePath= and Bridge= exclude each other. Remove one of them'],
  ],
])('%j', (text, messages) => {
  expect(complaints(good + text)).toEqual(messages);
});
