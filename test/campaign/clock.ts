// The clock of a host. It has that of the machine that it runs on (there is no namespace for CLOCK_REALTIME), so it is only the steps'
// own programs that see it jump: what they read is shifted by what a file says.
import type { Host } from '../host/host.ts';

const file = '/etc/campaign-clock';

const program = `
const { readFileSync } = require('node:fs');
const RealDate = Date;
const shift = () => {
  try {
    return Number(readFileSync('${file}', 'utf8'));
  } catch {
    return 0;
  }
};
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [Date.now()] : given));
  }
  static now() {
    return RealDate.now() + shift();
  }
};
`;

/** Has all steps look at that clock. */
export async function setClock(host: Host): Promise<void> {
  await host.write('/etc/campaign-clock.cjs', program);
  const service =
    '[Service]\nUnsetEnvironment=\nEnvironment=NODE_OPTIONS=--require=/etc/campaign-clock.cjs\n';
  for (const step of ['boot', 'update', 'switch', 'assess', 'rehearse', 'build'])
    await host.write(`/etc/systemd/system/ostree-guest-${step}@.service.d/clock.conf`, service);
}

/** To up to some hours before or after the real time, for good. */
export async function clockJumps(host: Host, luck: number): Promise<string> {
  const shift = Math.round((luck - 0.5) * 10 * 3_600_000);
  await host.sh(`echo ${shift} >${file}.new; mv ${file}.new ${file}`);
  return `${(shift / 3_600_000).toFixed(1)} h`;
}
