import { attach } from '../process.ts';

/** Prints a text; where it is longer than the terminal and a pager is wanted, through one, as systemctl does. */
export async function printPaged(text: string, pager: boolean): Promise<void> {
  const { stdout, env } = process;
  // `guestctl list | head -1` is no error.
  stdout.on('error', () => process.exit());
  const program = env['SYSTEMD_PAGER'] ?? env['PAGER'] ?? 'less';
  const fits = !stdout.isTTY || text.split('\n').length < stdout.rows;
  if (pager && !fits && program !== '' && program !== 'cat') {
    const options = { input: `${text}\n`, env: { LESS: env['SYSTEMD_LESS'] ?? 'FRSXMK' } };
    // The shell answers 127 where there is no such pager.
    if ((await attach('sh', ['-c', program], options)) !== 127) return;
  }
  stdout.write(`${text}\n`);
}
