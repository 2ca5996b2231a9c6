import { loadBuild, loadGuest, loadMirror } from '../../config/load.ts';
import { generatedDirectory } from '../../config/paths.ts';
import { unitsOfBuild, unitsOfMirror } from '../../generator/further-units.ts';
import type { Generated } from '../../generator/generated.ts';
import { unitsOf } from '../../generator/guest-units.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { nothingDeclared, requireReadable } from '../../state/declared.ts';
import { type Define, guestOrBuildArgument, print } from '../command.ts';
import { complainOf } from '../complain.ts';

export const units: Define = (guestctl) =>
  guestctl
    .command('units')
    .description('Show the units that the generator makes from a guest, build or mirror file')
    .addArgument(guestOrBuildArgument())
    .action(async (name: string, _options, command) => {
      const guest = loadGuest(nodeFiles, name);
      const build = loadBuild(nodeFiles, name);
      const mirror = loadMirror(nodeFiles, name);
      const found = [guest, build, mirror].filter((one) => one !== undefined);
      if (found.length === 0) throw nothingDeclared(name);
      for (const one of found) if ('broken' in one) requireReadable(one.broken.problems);
      const generated = [
        ...(guest ? unitsOf(guest) : []),
        ...(build && 'build' in build ? unitsOfBuild(build.build) : []),
        ...(mirror && 'mirror' in mirror ? unitsOfMirror(mirror.mirror) : []),
      ];
      await print(command, { text: () => unitsText(generated) });
      for (const one of found) if ('broken' in one) complainOf(one.broken.problems);
    });

/** Formats them with the paths that systemd writes them to: systemd.generator(7). */
function unitsText(generated: readonly Generated[]): string {
  const text = (file: Generated) => ('text' in file ? file.text : `# -> ${file.target}\n`);
  return generated.map((file) => `# ${generatedDirectory}/${file.path}\n${text(file)}`).join('\n');
}
