// What must be true of the host and its guest, whatever happened.
import assert from 'node:assert/strict';
import { eventually, inGuest, repositoryOf, status } from '../host/guests.ts';
import { type Machine, timed } from './machine.ts';

/** Waits until a guest is up and no deployment of it is on trial. */
const settled = (machine: Machine, name: string): Promise<void> =>
  eventually(
    machine,
    `systemctl is-active systemd-nspawn@${name} && ! systemctl is-active ostree-guest-assess@${name} &&
     [ -z "$(ls -A /var/lib/ostree-guests/${name}/trials 2>/dev/null)" ]`,
  );

/** Makes the files by which `expectWell` knows the guest's /etc and /var. */
export const leaveMarks = (machine: Machine, name: string): Promise<string> =>
  inGuest(machine, name, `echo ${name} >/etc/kept; echo ${name} >/var/kept; sync`);

/** The guest is up, from one of these commits, with its /etc and /var. */
export async function expectUp(machine: Machine, name: string, commits: readonly string[]): Promise<void> {
  await settled(machine, name);
  const { running } = await status(machine, name);
  assert(running && commits.includes(running.checksum), `${name} runs ${running?.checksum}, not ${commits}`);
  assert.equal(await inGuest(machine, name, 'cat /etc/kept /var/kept'), `${name}\n${name}`);
}

/** The same, and its repository is whole. */
export async function expectWell(machine: Machine, name: string, commits: readonly string[]): Promise<void> {
  await expectUp(machine, name, commits);
  await timed('read all of its repository', () =>
    machine.run('ostree', 'fsck', '--quiet', `--repo=${repositoryOf(name)}`),
  );
}

/** The deployments of the host, newest first: commits, with a star at the one that runs. */
export async function hostDeployments(machine: Machine): Promise<string[]> {
  const lines = await machine.sh('ostree admin status');
  return [...lines.matchAll(/^([* ]) debian ([0-9a-f]+)\.\d+( \(staged\))?/gm)].map(
    ([, booted, commit, staged = '']) => `${commit?.slice(0, 12)}${booted === '*' ? '*' : ''}${staged}`,
  );
}

/** Nothing on the host has failed. */
export async function expectNoFailures(machine: Machine): Promise<void> {
  assert.equal(await machine.sh('systemctl list-units --failed --plain --no-legend'), '');
}

/** What OSTree keeps of the host. Times of change tell of each write, without reading all of it as the host tests do. */
export const hostState = (machine: Machine): Promise<string> =>
  machine.sh(`booted=$(ostree admin status | sed -n 's/^\\* debian //p')
    cd /sysroot/ostree
    find /run/ostree /boot boot* deploy/debian/deploy -path "*/$booted/etc" -prune -o -printf '%p %m %U:%G %s %C@ %l\\n' |
      sort | sha256sum
    ostree refs --list --revision; ostree admin status`);
