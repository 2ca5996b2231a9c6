// Root in a guest: writes to its console as fast as it can, which goes to the journal of the host.
import { expect } from 'vitest';
import { declare, guestFile, inGuest, reaches, start, update } from '../guests.ts';
import type { Host } from '../host.ts';

export const guest = 'console';
export const title = 'a guest that floods its console does not fill the journal of the host';

export async function attack(host: Host): Promise<void> {
  await declare(host, 'console', guestFile());
  await update(host, 'console');
  await start(host, 'console');
  const megabytes = async () =>
    Number(
      await host.sh(
        'journalctl --sync; du -cm /var/log/journal /run/log/journal 2>/dev/null | tail -1 | cut -f1 || true',
      ),
    );
  await host.sh("echo '<0>said before' | systemd-cat -t before");
  const before = await megabytes();
  const script =
    'echo "<0>not an emergency" >/dev/console; timeout 10 base64 -w 45000 /dev/urandom >/dev/console || true';
  await inGuest(host, 'console', script);
  // Journald keeps 900 lines of 48 kB in five minutes where it may grow by 256 MB, and makes files of 8 MB. It was 80 to 160 MB.
  expect((await megabytes()) - before).toBeLessThan(70);
  expect(await host.sh('journalctl -o cat -t before')).toBe('<0>said before'.slice(3));
  await host.run('machinectl', 'poweroff', 'console');
  const unit = '-u systemd-nspawn@console';
  await reaches(host, 'console', 'inactive');
  expect(await host.sh(`journalctl --sync; journalctl ${unit} | cut -c1-200`)).toContain(
    'Started systemd-nspawn@console',
  );
  expect(await host.sh(`journalctl ${unit} -p emerg..alert -o cat`)).toBe('');
}
