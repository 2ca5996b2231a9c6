import { attach } from '../process.ts';
import { terminal, writeOut } from './out.ts';

/** Prints a text; where it is longer than the terminal and a pager is wanted, through one, as systemctl does. */
export async function printPaged(text: string, pager: boolean): Promise<void> {
  const { env } = process;
  const out = terminal();
  const program = env['SYSTEMD_PAGER'] ?? env['PAGER'] ?? 'less';
  const fits = !out || text.split('\n').length < out.rows;
  if (pager && !fits && program !== '' && program !== 'cat') {
    const options = { input: `${text}\n`, env: { LESS: env['SYSTEMD_LESS'] ?? 'FRSXMK' } };
    // The shell answers 127 where there is no such pager.
    if ((await attach('sh', ['-c', program], options)) !== 127) return;
  }
  writeOut(`${text}\n`);
}
