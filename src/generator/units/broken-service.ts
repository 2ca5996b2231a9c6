// lazy: QuickJS reads this file when one of its functions is called.
import type { Broken } from '../../config/guest.ts';
import { readable } from '../../config/line.ts';
import { formatProblem } from '../../config/problem.ts';
import { execWord } from './exec-word.ts';
import type { Parts } from './unit-text.ts';

/**
 * Makes the unit of a guest with mistakes: its start fails at once and says why. Without
 * this, the stock unit would boot any directory of that name.
 */
export function brokenService({ name, problems }: Broken): Parts {
  const lines = [...problems.map(formatProblem), 'Correct it, then: systemctl daemon-reload'].map(readable);
  const script = execWord('printf "<3>%s\\n" "$@" >&2; exit 78');
  return {
    unit: [`Description=OSTree guest ${name}, which cannot be made`],
    service: [
      // Before any text of the user: if systemd stops reading there, the start still fails.
      'ExecStart=',
      'ExecStart=false',
      'ExecStopPost=',
      // 78: EX_CONFIG of sysexits.h, which systemctl shows by its name.
      `ExecStartPre=sh -c ${script} - ${lines.map(execWord).join(' ')}`,
    ],
  };
}
