import { loadGuest } from '../../config/load.ts';
import { type Generated, unitsOf } from '../../generate/units.ts';
import { nodeFiles } from '../../node-files.ts';
import { notDeclared } from '../../service.ts';
import { complainOf } from '../complain.ts';
import { type Define, guestArgument, print } from '../frame.ts';

export const units: Define = (guestctl) =>
  guestctl
    .command('units')
    .description('what the generator makes of a guest, without making it')
    .addArgument(guestArgument())
    .action(async (name: string, _options, command) => {
      const checked = loadGuest(nodeFiles, name);
      if (!checked) throw notDeclared(name);
      await print(command, { text: () => unitsText(unitsOf(checked)) });
      if ('broken' in checked) complainOf(checked.broken.problems);
    });

/** Where systemd has them put: systemd.generator(7). */
function unitsText(generated: readonly Generated[]): string {
  const text = (file: Generated) => ('text' in file ? file.text : `# -> ${file.target}\n`);
  return generated.map((file) => `# /run/systemd/generator/${file.path}\n${text(file)}`).join('\n');
}
