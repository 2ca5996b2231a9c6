import { Argument, Option } from 'commander';
import { isRoot } from '../../host/is-root.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { type Define, failed, formatOf, isQuiet, outputOption, print } from '../command.ts';
import { declarationOfDraft, draftOf, draftOption } from '../drafts.ts';
import { tellHidden } from '../needs-root.ts';
import { githubCommands, problemJson, problemsText } from '../screens/problems.ts';
import { verify as verifyAll, verifyPlanned } from '../verify/verify-files.ts';

export const verify: Define = (guestctl) => {
  const command = guestctl
    .command('verify')
    .description('Check guest, build and mirror files. Exits with 1 if there are mistakes')
    .addArgument(
      new Argument('[guest-or-file...]', 'name of a guest, build or mirror, or path of a file. Default: all'),
    )
    .addOption(draftOption('Check one of them as if its file had this text; - for standard input'))
    .addOption(outputOption('github'))
    .addOption(new Option('--format <format>', 'Same as --output').choices(['text', 'json', 'github']))
    .action(async (targets: string[], { from }: { from?: string }, command) => {
      const draft = from === undefined ? undefined : draftOf(declarationOfDraft(targets, command), from);
      const files = draft?.files ?? nodeFiles;
      const verified = draft ? await verifyPlanned(draft.declaration, files) : await verifyAll(targets);
      const problems = verified.flatMap((one) => one.problems);
      if (problems.length > 0) process.exitCode = failed;
      if (!isRoot()) tellHidden('secrets, and where guests have their files');
      const good = isQuiet(command) ? [] : verified.map(({ name }) => `${name}: no problem`);
      await print(command, {
        json: () => problems.map(problemJson),
        text: () => {
          if (formatOf(command) === 'github') return githubCommands(problems);
          return problems.length > 0 ? problemsText(problems, files) : good.join('\n');
        },
      });
    });
  return command.on('option:format', (format: string) =>
    command.setOptionValueWithSource('output', format === 'text' ? 'table' : format, 'cli'),
  );
};
