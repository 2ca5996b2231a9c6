import { explain } from '../host/failure.ts';
import { isForRootOnly } from '../host/is-root.ts';
import { tell } from '../host/tell.ts';
import { failed, hostOf } from './command.ts';
import { needsRoot } from './needs-root.ts';
import { runOnHost } from './over-ssh.ts';
import { makeProgram } from './program.ts';

declare const VERSION: string;

const guestctl = makeProgram(VERSION);
const args = process.argv.slice(2);
const { operands, unknown } = guestctl.parseOptions(args);
// Without a command, list, like systemctl and machinectl.
const words = operands.length + unknown.length > 0 ? args : [...args, 'list'];

guestctl
  .hook('preAction', async (_, command) => {
    const host = hostOf(command);
    if (host !== undefined) process.exit(await runOnHost(host, words));
  })
  .parseAsync(words, { from: 'user' })
  .catch((error: unknown) => {
    const text = isForRootOnly(error) ? explain(needsRoot()) : explain(error);
    if (text === undefined) throw error;
    tell(text);
    process.exitCode = failed;
  });
