// What people read about their mistakes, word for word, with the place: the prefix is 'mail.guest:'.
import { expect, test } from 'vitest';
import { complaints } from './read.ts';

const good = '[Guest]\nRef=site:x\n';
const specifiers = 'Known: %n, the name of the guest; %H, the hostname of the host; and %% for a %';
// What follows a guest that is right by itself: `LINE:COLUMN: MESSAGE`, where line 3 is the first of these.
test.each([
  // The syntax.
  ['Descr\u0000iption=x', '3:1: This line is not UTF-8 text. Save the file as UTF-8, without NUL bytes'],
  [
    'Description=Gr\uFFFD\uFFFDe',
    '3:1: This line is not UTF-8 text. Save the file as UTF-8, without NUL bytes',
  ],
  ['[Update', "3:1: '[Update' is not a section header. Write '[Guest]', with nothing after it"],
  ['[Update] # now', "3:1: '[Update] # now' is not a section header. Write '[Guest]', with nothing after it"],
  ['[]\nSkipped=x', "3:1: '[]' is not a section header. Write '[Guest]', with nothing after it"],
  [
    '  Description',
    "3:3: 'Description' is not an assignment. Write 'Key=Value', or put '#' before a comment",
  ],
  [
    'Description=C:\\ ',
    '3:1: The value ends with a backslash. Nothing may follow one that continues a line; leave out any other',
  ],
  ['=x', "3:1: '=x' is not an assignment. Write 'Key=Value', or put '#' before a comment"],

  // Sections and keys.
  ['[Updates]\nAction=stage', '3:1: There is no section [Updates]. Did you mean [Update]?'],
  [
    '[Container]\nImage=x',
    '3:1: There is no section [Container]. Known: [Guest], [Remote], [Update], [Packages], [Exec], [Files], [Network], [Unit], [Service], [Timer]',
  ],
  ['Descripton=x', "3:1: [Guest] has no key 'Descripton'. Did you mean Description?"],
  [
    '[Update]\nAllowDowngrade Rehearse=yes',
    "4:1: [Update] has no key 'AllowDowngrade Rehearse'. See ostree-guests.guest(5)",
  ],
  ['ref=site:x', "3:1: [Guest] has no key 'ref'. Did you mean Ref?"],
  ['Hostname=x', "3:1: [Guest] has no key 'Hostname'. It belongs in [Exec]"],
  ['Picture=x', "3:1: [Guest] has no key 'Picture'. Known: Description, Ref, Image, Build, Sysroot"],
  [
    'Image=docker://quay.io/a/b:1',
    '3:7: Ref= and Image= exclude each other: a tree has one origin. Remove one of them',
  ],
  [
    '[Update]\nBy=rpm-ostree\n[Exec]\nPrivateUsers=pick',
    '6:14: A guest with By=rpm-ostree has no user namespace: OSTree in it must see the real owners. Remove PrivateUsers= or By=rpm-ostree',
  ],
  [
    '[Update]\nBy=rpm-ostree\nRehearse=yes',
    '5:10: Rehearse= cannot be used with By=rpm-ostree: such a guest deploys by itself. Remove one of them',
  ],
  [
    '[Update]\nBy=rpm-ostree\nNotBefore=3d',
    '5:11: NotBefore= cannot be used with By=rpm-ostree: such a guest deploys by itself when it stops. Remove one of them',
  ],
  [
    '[Update]\nSwitchWindowSec=2h',
    '4:17: SwitchWindowSec= is the length of a maintenance window, but there is no window. Add SwitchOnCalendar=, with the times at which it begins',
  ],
  [
    '[Update]\nBy=rpm-ostree\n[Packages]\nInstall=postfix ./x.rpm',
    '6:9: Install= names a file of the host, but with By=rpm-ostree packages are installed inside the guest. Install it there by hand: rpm-ostree install ./FILE.rpm; or offer it in a repository, and name the package',
  ],
  [
    '[Update]\nBy=rpm-ostree\n[Packages]\nInstall=postfix\nRepository=/srv/site.repo',
    '7:12: Repository= names a file of the host, but with By=rpm-ostree packages are installed inside the guest. Put it into /etc/yum.repos.d or /etc/pki/rpm-gpg of the guest, or of its tree',
  ],
  ['[Service]\nUser=x', "4:1: [Service] has no key 'User'. To apply it inside the guest, put it into [Exec]"],

  // Specifiers.
  ['Description=50% off', `3:15: '% ' in Description= is not a specifier. ${specifiers}`],
  ['Description = 100%', `3:18: '%' in Description= is not a specifier. ${specifiers}`],
  ['Description=Mail \\\n  and %q', `4:7: '%q' in Description= is not a specifier. ${specifiers}`],
  ['Description=%n on %h', `3:19: '%h' in Description= is not a specifier. ${specifiers}`],

  // Values, one for each type.
  ['Ref=x', "3:5: 'x' is not right for Ref=. Expected REMOTE:REF, such as site:debian/12/server"],
  [
    'Sysroot = srv/../guests',
    "3:11: 'srv/../guests' is not right for Sysroot=. Expected an absolute path of letters, digits and '._+@/-', without '..'",
  ],
  [
    '[Remote]\nURL=ftp://x',
    "4:5: 'ftp://x' is not right for URL=. Expected a URL that starts with file:///, http:// or https:// (or mirrorlist= or metalink= before one)",
  ],
  [
    '[Remote]\nURL=metalink=http://x/\nContentURL=metalink=http://x/',
    "5:12: 'metalink=http://x/' is not right for ContentURL=. Expected a URL that starts with file:///, http:// or https:// (or mirrorlist= before one)",
  ],
  [
    '[Remote]\nURL=http://x/\nGPGVerify=si',
    "5:11: 'si' is not right for GPGVerify=. Expected a boolean: yes or no",
  ],
  [
    '[Update]\nAction=reboot',
    "4:8: 'reboot' is not right for Action=. Expected check or fetch or stage or switch",
  ],
  [
    '[Update]\nRandomizedDelaySec=soon',
    "4:20: 'soon' is not right for RandomizedDelaySec=. Expected a time span such as 90s, 15min or 1h 30min (systemd.time(7))",
  ],
  [
    '[Service]\nMemoryMax=lots',
    "4:11: 'lots' is not right for MemoryMax=. Expected a size in bytes such as 512M or 2G, a percentage, or infinity",
  ],
  ['[Service]\nNice=1.5', "4:6: '1.5' is not right for Nice=. Expected a whole number from -20 to 19"],
  [
    '[Service]\nTasksMax=some',
    "4:10: 'some' is not right for TasksMax=. Expected a number, a percentage, or infinity",
  ],
  ['[Service]\nCPUQuota=2', "4:10: '2' is not right for CPUQuota=. Expected a percentage such as 150%"],
  ['[Service]\nLoadCredential=:x', "4:16: ':x' is not right for LoadCredential=. Expected ID:PATH"],
  [
    '[Exec]\nPrivateUsers=yes',
    "4:14: 'yes' is not right for PrivateUsers=. It would give the guest the UIDs of the host's own users: write pick, or a range from 65536 on",
  ],
  [
    '[Exec]\nMachineID=1',
    "4:11: '1' is not right for MachineID=. Expected 32 hexadecimal digits that are not all 0, or a UUID",
  ],
  ['[Exec]\nHostname=a_b', "4:10: 'a_b' is not right for Hostname=. Expected a hostname"],
  [
    '[Exec]\nPersonality=X86',
    "4:13: 'X86' is not right for Personality=. Expected an architecture such as x86-64 or arm64",
  ],
  [
    '[Exec]\nTimezone=UTC',
    "4:10: 'UTC' is not right for Timezone=. Expected off or copy or bind or symlink or delete or auto",
  ],
  [
    '[Network]\nBridge=a/b',
    "4:8: 'a/b' is not right for Bridge=. Expected the name of a network interface, 1 to 15 characters",
  ],
  [
    '[Network]\nZone=thirteenchars',
    "4:6: 'thirteenchars' is not right for Zone=. Expected the name of a zone, 1 to 12 characters",
  ],
  ...[
    'http',
    'udp:127.0.0.1:53:53',
    '256.0.0.1:80',
    '1.2.3:80',
    '[::1:80',
    '[1:2]:80',
    '[::x]:80',
    '::1:80',
  ].map((value): [string, string] => [
    `[Network]\nPort=${value}`,
    `4:6: '${value}' is not right for Port=. Expected [tcp:|udp:]HOST-PORT[:GUEST-PORT], or [tcp:]ADDRESS:HOST-PORT[:GUEST-PORT]`,
  ]),
  ...['0.0.0.0', '[::]', '[0:0:0:0:0:0:0:0]'].map((address): [string, string] => [
    `[Network]\nPort=${address}:80`,
    `4:6: '${address}:80' is not right for Port=. Leave out the address to forward the port at all addresses of the host`,
  ]),
])('%j', (text, message) => {
  expect(complaints(good + text)).toEqual([`mail.guest:${message}`]);
});
