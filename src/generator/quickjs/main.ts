import { run } from '../engine.ts';
import { qjsFiles } from './files.ts';
import { scriptArgs, std } from './qjs.ts';

/** Added to the exit status, which so cannot be one of qjs itself: the front then knows that the work is done. */
const done = 64;

const status = run({
  files: qjsFiles,
  args: scriptArgs.slice(1),
  environment: std.getenv,
  printError(text) {
    std.err.puts(text);
    std.err.flush();
  },
});
// At once: memory need not be given back first.
std.exit(done + status);
