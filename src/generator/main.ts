import { writeSync } from 'node:fs';
import { nodeFiles } from '../host/node-files.ts';
import { run } from './engine.ts';

process.exitCode = run({
  files: nodeFiles,
  args: process.argv.slice(2),
  environment: (name) => process.env[name],
  printError(text) {
    try {
      writeSync(2, text);
    } catch {
      // The kernel log refuses long messages. Ignored: the units of the other guests matter more.
    }
  },
});
