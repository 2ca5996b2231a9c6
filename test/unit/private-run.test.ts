// Lines of /proc/self/mountinfo of a test host, in the host and in a service with TemporaryFileSystem=/run/ostree.
import { expect, test } from 'vitest';
import { hasPrivateRun } from '../../src/steps/update/private-run.ts';

const host = `\
397 376 254:0 /ostree/deploy/debian/deploy/4f0c.0 / rw,relatime shared:153 - ext4 /dev/vda rw,discard
403 397 0:74 / /run rw,nosuid,nodev shared:158 - tmpfs tmpfs rw,size=4936820k,nr_inodes=819200,mode=755
409 403 254:0 /empty /run/ostree-booted ro,relatime shared:163 - ext4 /dev/vda rw,discard
233 403 0:81 / /run/lock rw,nosuid,nodev,noexec,relatime shared:173 - tmpfs tmpfs rw,size=5120k
`;
const inService = '694 685 0:100 / /run/ostree rw,nodev shared:332 - tmpfs tmpfs rw,size=2468412k,mode=755\n';

test.each([
  ['a host', host, false],
  ['an isolated service', host + inService, true],
  ['one whose mounts are not shared', `${host}694 685 0:100 / /run/ostree rw,nodev - tmpfs tmpfs rw\n`, true],
  [
    'one with two kinds of propagation',
    `694 685 0:100 / /run/ostree rw shared:1 master:2 - tmpfs tmpfs rw\n`,
    true,
  ],
  [
    "the host's own directory, bound onto itself",
    `694 685 254:0 /run/ostree /run/ostree rw shared:1 - ext4 /dev/vda rw\n`,
    false,
  ],
  ['a tmpfs of that name elsewhere', '694 685 0:100 / /mnt/run/ostree rw - tmpfs tmpfs rw\n', false],
  ['a tmpfs below it', '694 685 0:100 / /run/ostree/x rw - tmpfs tmpfs rw\n', false],
  ['nothing at all', '', false],
])('%s', (_, mountinfo, isPrivate) => {
  expect(hasPrivateRun(mountinfo)).toBe(isPrivate);
});
