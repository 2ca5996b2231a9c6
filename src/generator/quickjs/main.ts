import { run } from '../engine.ts';
import { qjsFiles } from './files.ts';
import { scriptArgs, std } from './qjs.ts';

/** Added to the exit status, so that the shell front can tell it from a failure of qjs itself. */
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
// Exits at once, without freeing memory.
std.exit(done + status);
