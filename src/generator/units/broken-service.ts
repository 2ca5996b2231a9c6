// lazy: QuickJS reads this file when one of its functions is called.
import type { Broken } from '../../config/guest.ts';
import { readable } from '../../config/line.ts';
import { formatProblem } from '../../config/problem.ts';
import { execWord } from './exec-word.ts';
import type { Parts } from './unit-text.ts';

/**
 * Stands in for a guest that cannot be made: its start fails at once and says why, where people look. Without
 * it the stock unit would boot whatever it finds under that name.
 */
export function brokenService({ name, problems }: Broken): Parts {
  const lines = [...problems.map(formatProblem), 'Correct it, then: systemctl daemon-reload'].map(readable);
  const script = execWord('printf "<3>%s\\n" "$@" >&2; exit 78');
  return {
    unit: [`Description=OSTree guest ${name}, which cannot be made`],
    service: [
      // What keeps it from booting stands before any text of the user: should systemd not read on, it fails all the same.
      'ExecStart=',
      'ExecStart=false',
      'ExecStopPost=',
      // 78: EX_CONFIG of sysexits.h, which systemctl shows by its name.
      `ExecStartPre=sh -c ${script} - ${lines.map(execWord).join(' ')}`,
    ],
  };
}
