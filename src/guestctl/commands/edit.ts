import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { sourcesOf } from '../../config/load.ts';
import { sha256 } from '../../host/digest.ts';
import { Failure } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { tell } from '../../host/tell.ts';
import { writeFile } from '../../host/write-file.ts';
import { notDeclared, nothingDeclared, requireReadable } from '../../state/declared.ts';
import { confirm } from '../ask.ts';
import { type Define, guestOrBuildArgument, misused, outputOption, print, say } from '../command.ts';
import { type Declaration, declarationOf, loadDeclaration } from '../declaration.ts';
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
    .description('Edit a guest, build or mirror file, and check it before it is installed')
    .addArgument(guestOrBuildArgument())
    .addOption(draftOption('Take the new text from a file, - for standard input; open no editor'))
    .option('--if-sha256 <digest>', 'Fail if the file has another SHA-256 by now: guestctl cat -o json')
    .option('--dry-run', 'With --from: only show which units would change, and what is to be done then')
    .addOption(outputOption())
    .action(async (target: string, { from, ifSha256, dryRun }: EditOptions, command) => {
      if (dryRun && from === undefined) return command.error(wouldBeLost, { exitCode: misused });
      const one = declarationOf(target);
      if (!one) throw notDeclared(target);
      const inPlace = dryRun ? undefined : nodeFiles.read(one.file);
      const before = currentText(one, ifSha256);
      const checked = loadDeclaration(nodeFiles, one);
      const after = from === undefined ? await textOfEditor(one, before) : await textOfDraft(one, from);
      const isChanged = after !== before;
      if (isChanged && !dryRun) await (from === undefined ? install : replace)(one, inPlace, after);
      const edited = await planEdit(one, checked, { after, isChanged });
      if (!dryRun) say(command, isChanged ? `Wrote ${edited.file}. ${edited.next}` : 'Nothing was changed');
      await print(command, {
        json: () => editedJson(edited),
        text: (screen) => (dryRun ? editedText(edited, screen) : ''),
      });
    });

const wouldBeLost = 'error: --dry-run needs --from: what you write in an editor would be lost';

/** Returns the text of the file that is in effect. */
function currentText({ kind, name }: Declaration, digest: string | undefined): string {
  const source = sourcesOf(nodeFiles, kind, name).find((one) => one.kind === kind);
  if (source === undefined) throw kind === 'guest' ? notDeclared(name) : nothingDeclared(`${name}.${kind}`);
  requireReadable(source.unreadable ? [source.unreadable] : []);
  if (digest !== undefined && sha256(source.text) !== digest.toLowerCase())
    throw changedMeanwhile(source.file);
  return source.text;
}

const replace = ({ file }: Declaration, before: string | undefined, after: string): Promise<void> =>
  replaceDeclaration(file, before, after);

/** A guest needs no more than its name. */
const nameOf = ({ kind, name }: Declaration): string => (kind === 'guest' ? name : `${name}.${kind}`);

/** Installs what was written, and keeps it if somebody else has changed the file meanwhile. */
async function install(one: Declaration, before: string | undefined, after: string): Promise<void> {
  try {
    await replace(one, before, after);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const file = `${mkdtempSync(`${tmpdir()}/guestctl-`)}/${basename(one.file)}`;
    writeFile(file, after, { mode: 0o600 });
    const again = `Edit it again: guestctl edit ${nameOf(one)}`;
    throw new Failure(error.message, `What you wrote is in ${file}. ${again}`);
  }
}

/** Returns the text of a draft, free of mistakes. */
async function textOfDraft(one: Declaration, from: string): Promise<string> {
  const text = readDraft(from);
  const problems = await problemsWith(one, text);
  if (problems !== '') throw new Failure(`${problems}\nNothing was changed`);
  return text;
}

/** Returns the text after the editor, free of mistakes. A text with mistakes is kept in a file, which the failure names. */
async function textOfEditor(one: Declaration, before: string): Promise<string> {
  const directory = mkdtempSync(`${tmpdir()}/guestctl-`);
  const file = `${directory}/${basename(one.file)}`;
  writeFile(file, before);
  for (;;) {
    await runEditor(file);
    const text = readFileSync(file, 'utf8');
    const problems = text === before ? '' : await problemsWith(one, text);
    if (problems === '') {
      rmSync(directory, { recursive: true });
      return text;
    }
    tell(problems);
    if (!(await confirm('Edit it again?')))
      throw new Failure('Nothing was changed', `What you wrote is in ${file}`);
  }
}
