import { sourcesOf } from '../../config/load.ts';
import { nodeFiles } from '../../node-files.ts';
import { notDeclared } from '../../service.ts';
import { type Define, guestArgument, print } from '../frame.ts';
import { mergedText } from '../screens/merged.ts';

export const cat: Define = (guestctl) =>
  guestctl
    .command('cat')
    .description('what a guest is declared as: its file and drop-ins as one, with where each line is from')
    .addArgument(guestArgument())
    .action(async (name: string, _options, command) => {
      const sources = sourcesOf(nodeFiles, name);
      if (sources.length === 0) throw notDeclared(name);
      await print(command, { text: () => mergedText(sources) });
    });
