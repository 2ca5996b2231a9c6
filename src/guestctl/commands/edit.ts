import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Checked, Guest } from '../../config/guest.ts';
import { loadGuest, sourcesOf } from '../../config/load.ts';
import { guestFileOf } from '../../config/paths.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { tell } from '../../host/tell.ts';
import { writeFile } from '../../host/write-file.ts';
import { isRunning } from '../../machine/guest-state.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { notDeclared, requireGuest } from '../../state/declared.ts';
import { confirm } from '../ask.ts';
import { type Define, guestArgument, say } from '../command.ts';
import { runEditor } from '../editor.ts';
import { problemsWith, replaceDeclaration } from '../install-guest-file.ts';
import { UnappliedReader } from '../read-unapplied.ts';
import { afterEdit } from '../screens/wording.ts';
import { unappliedBetween } from '../unapplied.ts';

export const edit: Define = (guestctl) =>
  guestctl
    .command('edit')
    .description('Edit the guest file, and check it before it is installed')
    .addArgument(guestArgument())
    .action(async (name: string, _options, command) => {
      const before = sourcesOf(nodeFiles, 'guest', name).find(({ kind }) => kind === 'guest')?.text;
      if (before === undefined) throw notDeclared(name);
      const inPlace = nodeFiles.read(guestFileOf(name));
      const guestBefore = loadGuest(nodeFiles, name);
      const after = await editedText(name, before);
      if (after === before) return say(command, 'Nothing was changed');
      await install(name, inPlace, after);
      say(command, `Wrote ${guestFileOf(name)}. ${await nextStep(name, wholeOf(guestBefore))}`);
    });

/** Installs what was written, and keeps it if somebody else has changed the file meanwhile. */
async function install(name: string, before: string | undefined, after: string): Promise<void> {
  try {
    await replaceDeclaration(guestFileOf(name), before, after);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const file = `${mkdtempSync(`${tmpdir()}/guestctl-`)}/${name}.guest`;
    writeFile(file, after, { mode: 0o600 });
    throw new Failure(error.message, `What you wrote is in ${file}. Edit it again: guestctl edit ${name}`);
  }
}

const wholeOf = (checked: Checked | undefined): Guest | undefined =>
  checked && 'guest' in checked ? checked.guest : undefined;

/** Says what to do so that the guest follows its new file. */
async function nextStep(name: string, before: Guest | undefined): Promise<string> {
  const guest = requireGuest(name);
  if (listDeployments(guest.sysroot).length === 0) return `Create the guest: guestctl update ${name}`;
  const isUp = await isRunning(name);
  const found = [new UnappliedReader().of(guest, isUp), unappliedBetween(before, guest)];
  return afterEdit(name, {
    update: found.some(({ update }) => update),
    reboot: isUp && found.some(({ reboot }) => reboot),
  });
}

/** Returns the text after the editor, free of mistakes. A text with mistakes is kept in a file, which the failure names. */
async function editedText(name: string, before: string): Promise<string> {
  const directory = mkdtempSync(`${tmpdir()}/guestctl-`);
  const file = `${directory}/${name}.guest`;
  writeFile(file, before);
  for (;;) {
    await runEditor(file);
    const text = readFileSync(file, 'utf8');
    const problems = text === before ? '' : await problemsWith(name, text);
    if (problems === '') {
      rmSync(directory, { recursive: true });
      return text;
    }
    tell(problems);
    if (!(await confirm('Edit it again?')))
      throw new Failure('Nothing was changed', `What you wrote is in ${file}`);
  }
}
