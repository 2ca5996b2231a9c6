import { explainAny } from '../../host/failure.ts';
import { log, tell } from '../../host/tell.ts';
import { adoptTree } from './adopt-tree.ts';

/** Started by guestctl adopt, confined: SYSROOT STATEROOT ROOT. Prints the result as JSON. */
const [sysroot = '', stateroot = '', root = ''] = process.argv.slice(2);
adoptTree(sysroot, stateroot, root).then(
  (adopted) => log(JSON.stringify(adopted)),
  (error: unknown) => {
    tell(explainAny(error));
    process.exitCode = 1;
  },
);
