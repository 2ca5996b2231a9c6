// What README and manuals tell to type is typed, in their order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recovery } from '../../src/guestctl/manual/concepts.ts';
import { tryIt } from '../../src/guestctl/manual/generator.ts';
import { examples } from '../../src/guestctl/manual/guestctl.ts';
import { end, inGuest, reaches, reboot, status, update } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror, publish, serverRef } from './mirror.ts';
import { checkout } from './paths.ts';

let host: Host;

beforeAll(async () => {
  host = await bootHost();
  await makeMirror(host);
});
afterAll(() => host?.stop());

const readme = readFileSync(join(checkout(), 'README.md'), 'utf8');

/** Why a command of the README is not run here. */
const elsewhere: Readonly<Record<string, string>> = {
  'npm run demo': 'it boots a host of its own',
  'npm test': 'it is what runs this',
  'npm run build': 'it ran before this',
  'npm run package': 'packages.test.ts',
  'apt install ./ostree-guests_*_all.deb mmdebstrap': 'newcomer.test.ts',
  'guestctl create web --build debian --install nginx --port 8080:80 --port 2222:22 --ssh-key ~/.ssh/authorized_keys --enable --start':
    'newcomer.test.ts: it takes Debian packages',
  'apt install ./build/packages/ostree-guests_*.deb': 'packages.test.ts',
  'rpm-ostree install ./build/packages/ostree-guests-*.rpm':
    'it takes a Fedora, which could not be had; the README says so',
  'guestctl adopt mail': 'adopt.test.ts: it takes a guest of the published recipe',
  'guestctl adopt mail --remove': 'adopt.test.ts',
};

/** Indented lines that begin with a program, without the comment behind them; some are two commands. */
const typed = readme.split('\n').flatMap((line) => {
  const command = /^ {4}((?:apt|guestctl|machinectl|npm|rpm-ostree|systemctl) .*?)(?: +#.*)?$/.exec(
    line,
  )?.[1];
  return command === undefined ? [] : command.split(' ; ');
});

test('all that is not run here is still in the README', () => {
  expect(Object.keys(elsewhere).filter((command) => !typed.includes(command))).toEqual([]);
});

/**
 * As a person at a terminal does it, who leaves whatever shell comes up: it may come up late, and not read what was typed
 * before. A pager would wait for a key.
 */
async function type(command: string, expected = 0): Promise<void> {
  const quoted = `'${command.replaceAll("'", "'\\''")}'`;
  const { exitCode, all } = await host.try(
    `(trap '' PIPE; while sleep 0.5 && echo exit 2>/dev/null; do :; done) | SYSTEMD_PAGER=cat script -qec ${quoted} /dev/null`,
  );
  expect(exitCode, all).toBe(expected);
}

test('the guest file of the README is declared', async () => {
  const [, block = ''] = /^ {4}# \/etc\/ostree-guests\/mail\.guest\n((?: {4}.*\n|\n)*)/m.exec(readme) ?? [];
  expect(block).toContain('[Remote]');
  await host.write('/etc/ostree-guests/mail.guest', block.replaceAll(/^ {4}/gm, ''));
});

test.each(typed.filter((command) => !(command in elsewhere)))('README: %s', async (command) => {
  if (command === 'guestctl diff mail') {
    await publish(host, serverRef, { version: '12.2' });
    await update(host, 'mail');
  }
  if (command === 'machinectl reboot mail') await reboot(host, 'mail', () => type(command));
  else await type(command);
});

test.each(tryIt.split('\n'))('ostree-guests-generator(8): %s', (command) => type(command));

test.each(recovery.flatMap(([, commands]) => commands.replaceAll('NAME', 'mail').split('\n')))(
  'ostree-guests(7): %s',
  async (command) => {
    if (command.startsWith('systemd-nspawn')) await host.run('systemctl', 'stop', 'systemd-nspawn@mail');
    if (command.startsWith('guestctl rollback'))
      await host.run('systemctl', 'start', 'ostree-guest-switch@mail');
    // A rollback or a reboot would interrupt it, and the trial would go on.
    await end(host, 'ostree-guest-assess@mail');
    // The rollback has rejected what the source offers: guestctl(1), EXIT STATUS.
    const isRejected = (await status(host, 'mail')).rejected.length > 0;
    await type(command, isRejected && command.startsWith('guestctl update') ? 3 : 0);
  },
);

test('guestctl(1), on a host that has no guest yet', async () => {
  await host.sh('machinectl stop mail 2>/dev/null || true; systemctl stop systemd-nspawn@mail');
  await host.sh('guestctl remove --yes mail');
  for (const [, commands] of examples) for (const command of commands.split('\n')) await type(command);
  await reaches(host, 'mail', 'active');
  expect(await inGuest(host, 'mail', 'hostname')).toBe('mail');
});
