import { generatedDirectory } from '../../config/paths.ts';
import type { Generated } from '../../generator/generated.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { nothingDeclared, requireReadable } from '../../state/declared.ts';
import { type Define, guestOrBuildArgument, print } from '../command.ts';
import { complainOf } from '../complain.ts';
import { declarationsNamed, loadDeclaration, unitsOfDeclaration } from '../declaration.ts';

export const units: Define = (guestctl) =>
  guestctl
    .command('units')
    .description('Show the units that the generator makes from a guest, build or mirror file')
    .addArgument(guestOrBuildArgument())
    .action(async (target: string, _options, command) => {
      const named = declarationsNamed(target).map((one) => [one, loadDeclaration(nodeFiles, one)] as const);
      const found = named.flatMap(([, checked]) => checked ?? []);
      if (found.length === 0) throw nothingDeclared(target);
      for (const one of found) if ('broken' in one) requireReadable(one.broken.problems);
      const generated = named.flatMap(([one, checked]) => unitsOfDeclaration(one, checked));
      await print(command, { text: () => unitsText(generated) });
      for (const one of found) if ('broken' in one) complainOf(one.broken.problems);
    });

/** Formats them with the paths that systemd writes them to: systemd.generator(7). */
function unitsText(generated: readonly Generated[]): string {
  const text = (file: Generated) => ('text' in file ? file.text : `# -> ${file.target}\n`);
  return generated.map((file) => `# ${generatedDirectory}/${file.path}\n${text(file)}`).join('\n');
}
