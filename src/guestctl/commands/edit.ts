import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { loadGuest, sourcesOf } from '../../config/load.ts';
import { guestFileOf } from '../../config/paths.ts';
import { sha256 } from '../../host/digest.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { tell } from '../../host/tell.ts';
import { writeFile } from '../../host/write-file.ts';
import { notDeclared, requireReadable } from '../../state/declared.ts';
import { confirm } from '../ask.ts';
import { type Define, guestArgument, misused, outputOption, print, say } from '../command.ts';
import { draftOption, readDraft } from '../drafts.ts';
import { runEditor } from '../editor.ts';
import { changedMeanwhile, problemsWith, replaceDeclaration } from '../install-guest-file.ts';
import { planEdit } from '../plan-edit.ts';
import { editedJson, editedText } from '../screens/edited.ts';

interface EditOptions {
  readonly from?: string;
  readonly ifSha256?: string;
  readonly dryRun?: true;
}

export const edit: Define = (guestctl) =>
  guestctl
    .command('edit')
    .description('Edit the guest file, and check it before it is installed')
    .addArgument(guestArgument())
    .addOption(draftOption('Take the new text from a file, - for standard input; open no editor'))
    .option('--if-sha256 <digest>', 'Fail if the guest file has another SHA-256 by now: guestctl cat -o json')
    .option('--dry-run', 'With --from: only show which units would change, and what the guest needs then')
    .addOption(outputOption())
    .action(async (name: string, { from, ifSha256, dryRun }: EditOptions, command) => {
      if (dryRun && from === undefined) return command.error(wouldBeLost, { exitCode: misused });
      const inPlace = dryRun ? undefined : nodeFiles.read(guestFileOf(name));
      const before = currentText(name, ifSha256);
      const guestBefore = loadGuest(nodeFiles, name);
      const after = from === undefined ? await textOfEditor(name, before) : await textOfDraft(name, from);
      const isChanged = after !== before;
      if (isChanged && !dryRun) await (from === undefined ? install : replace)(name, inPlace, after);
      const edited = await planEdit(name, guestBefore, { after, isChanged });
      if (!dryRun) say(command, isChanged ? `Wrote ${edited.file}. ${edited.next}` : 'Nothing was changed');
      await print(command, {
        json: () => editedJson(edited),
        text: (screen) => (dryRun ? editedText(edited, screen) : ''),
      });
    });

const wouldBeLost = 'error: --dry-run needs --from: what you write in an editor would be lost';

/** Returns the text of the guest file that is in effect. */
function currentText(name: string, digest: string | undefined): string {
  const source = sourcesOf(nodeFiles, 'guest', name).find(({ kind }) => kind === 'guest');
  if (source === undefined) throw notDeclared(name);
  requireReadable(source.unreadable ? [source.unreadable] : []);
  if (digest !== undefined && sha256(source.text) !== digest.toLowerCase())
    throw changedMeanwhile(source.file);
  return source.text;
}

const replace = (name: string, before: string | undefined, after: string): Promise<void> =>
  replaceDeclaration(guestFileOf(name), before, after);

/** Installs what was written, and keeps it if somebody else has changed the file meanwhile. */
async function install(name: string, before: string | undefined, after: string): Promise<void> {
  try {
    await replace(name, before, after);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const file = `${mkdtempSync(`${tmpdir()}/guestctl-`)}/${name}.guest`;
    writeFile(file, after, { mode: 0o600 });
    throw new Failure(error.message, `What you wrote is in ${file}. Edit it again: guestctl edit ${name}`);
  }
}

/** Returns the text of a draft, free of mistakes. */
async function textOfDraft(name: string, from: string): Promise<string> {
  const text = readDraft(from);
  const problems = await problemsWith(name, text);
  if (problems !== '') throw new Failure(`${problems}\nNothing was changed`);
  return text;
}

/** Returns the text after the editor, free of mistakes. A text with mistakes is kept in a file, which the failure names. */
async function textOfEditor(name: string, before: string): Promise<string> {
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
