import { readFileSync } from 'node:fs';
import { attach } from '../host/process.ts';
import type { Pager } from '../host/systemd-run.ts';
import { terminal, writeOut } from './stdout.ts';

/** Prints a text; through a pager if one is wanted and the text is longer than the terminal. */
export async function printPaged(text: string, pager: boolean): Promise<void> {
  const out = terminal();
  const fits = !out || text.split('\n').length < out.rows;
  const chosen = pager && !fits ? choosePager(process.env, isElevated()) : undefined;
  if (chosen) {
    // The shell exits with 127 if there is no such pager.
    const options = { input: `${text}\n`, env: chosen.env };
    if ((await attach('sh', ['-c', chosen.program], options)) !== 127) return;
  }
  writeOut(`${text}\n`);
}

/** Returns the pager that is wanted for what is written to a terminal. */
export const wantedPager = (): Pager | undefined => terminal() && choosePager(process.env, isElevated());

/**
 * Chooses a pager like systemctl(1). Pagers can open files and run commands. So a pager with more rights than
 * the user is not the user's choice, and runs in its secure mode, unless $SYSTEMD_PAGERSECURE
 * is set. Only less(1) has such a mode.
 */
export function choosePager(env: NodeJS.ProcessEnv, elevated: boolean): Pager | undefined {
  const wanted = env['SYSTEMD_PAGER'] ?? env['PAGER'];
  if (wanted === '' || wanted === 'cat') return undefined;
  const decided = env['SYSTEMD_PAGERSECURE'];
  const isSecure = decided ? !/^(0|n|no|f|false|off)$/i.test(decided) : elevated;
  return {
    program: decided || !elevated ? (wanted ?? 'less') : 'less',
    env: {
      LESS: env['SYSTEMD_LESS'] ?? 'FRSXMK',
      ...(isSecure && { LESSSECURE: '1' }),
    },
  };
}

/** Returns true if this process has other rights than the user at the terminal: by sudo(8), pkexec(1) or su(1). */
export function isElevated(
  env: NodeJS.ProcessEnv = process.env,
  cgroup: string = readFileSync('/proc/self/cgroup', 'utf8'),
  euid: number | undefined = process.geteuid?.(),
): boolean {
  if (env['SUDO_UID'] !== undefined || env['PKEXEC_UID'] !== undefined) return true;
  // Finds the logged-in user like sd_pid_get_owner_uid(3). Without a session, as on the console of a container, there is none.
  const owner = /\/user\.slice\/user-(\d+)\.slice\//.exec(cgroup)?.[1];
  return owner === undefined || Number(owner) !== euid;
}
