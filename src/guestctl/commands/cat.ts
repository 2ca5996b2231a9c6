import { sourcesOf } from '../../config/load.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { nothingDeclared, requireReadable } from '../../state/declared.ts';
import { type Define, guestOrBuildArgument, outputOption, print } from '../command.ts';
import { declarationsNamed } from '../declaration.ts';
import { mergedText, sourceJson } from '../screens/merged.ts';

export const cat: Define = (guestctl) =>
  guestctl
    .command('cat')
    .description('Show the merged configuration of a guest, build or mirror, with the origin of each line')
    .addArgument(guestOrBuildArgument())
    .addOption(outputOption())
    .action(async (target: string, _options, command) => {
      const declared = declarationsNamed(target).map(({ kind, name }) => sourcesOf(nodeFiles, kind, name));
      const found = declared.filter((sources) => sources.length > 0);
      if (found.length === 0) throw nothingDeclared(target);
      requireReadable(found.flat().flatMap(({ unreadable }) => unreadable ?? []));
      await print(command, {
        json: () => found.flat().map(sourceJson),
        text: () => found.map(mergedText).join('\n\n'),
      });
    });
