import { explain } from '../failure.ts';
import { tell } from '../tell.ts';
import { requirePrivateRun } from '../update/private-run.ts';
import { adoptTree } from './tree.ts';

/** Started by guestctl adopt through systemd-run: SYSROOT STATEROOT ROOT. */
const [sysroot = '', stateroot = '', root = ''] = process.argv.slice(2);
requirePrivateRun('guestctl adopt');
adoptTree(sysroot, stateroot, root).catch((error: unknown) => {
  tell(explain(error) ?? String((error as Error).stack));
  process.exitCode = 1;
});
