import { sourcesOf } from '../../config/load.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { notDeclared } from '../../state/declared.ts';
import { type Define, guestOrBuildArgument, print } from '../command.ts';
import { mergedText } from '../screens/merged.ts';

export const cat: Define = (guestctl) =>
  guestctl
    .command('cat')
    .description(
      'what a guest or a build is declared as: its file and drop-ins as one, with where each line is from',
    )
    .addArgument(guestOrBuildArgument())
    .action(async (name: string, _options, command) => {
      const declared = (['guest', 'build'] as const).map((kind) => sourcesOf(nodeFiles, kind, name));
      const found = declared.filter((sources) => sources.length > 0);
      if (found.length === 0) throw notDeclared(name);
      await print(command, { text: () => found.map(mergedText).join('\n\n') });
    });
