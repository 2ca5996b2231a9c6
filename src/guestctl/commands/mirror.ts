import { resolve } from 'node:path';
import { Argument } from 'commander';
import { requireMirror } from '../../state/declared.ts';
import { exportMirror } from '../../steps/mirror/export.ts';
import { type Define, outputOption, print, say } from '../command.ts';
import { terminalReport } from '../terminal-report.ts';

export const mirror: Define = (guestctl) =>
  guestctl
    .command('mirror')
    .usage('export [options] <mirror> <directory>')
    .description('Copy what a mirror has to a directory, such as a stick')
    .addArgument(new Argument('<action>', 'export').choices(['export']))
    .addArgument(new Argument('<mirror>', 'name of a mirror'))
    .addArgument(new Argument('<directory>', 'new directory, or one of an earlier export'))
    .addOption(outputOption())
    .addHelpText('after', explanation)
    .action(async (_action: string, name: string, directory: string, _options, command) => {
      const target = resolve(directory);
      const report = terminalReport(command);
      const refs = await exportMirror(requireMirror(name), target, report).finally(report.end);
      await print(command, {
        json: () => ({ mirror: name, directory: target, refs }),
        text: () => '',
      });
      say(command, `Copied ${refs.map(({ ref }) => ref).join(', ')} to ${target}; all is written to disk`);
      say(command, `Elsewhere, in [Remote] of a guest file or in [Mirror]: URL=file://${target}`);
    });

const explanation = `
  guestctl mirror export debian /media/stick/repo

Only what the directory does not have yet is copied. Commits keep their
signatures, so hosts need not trust whoever carries it.`;
