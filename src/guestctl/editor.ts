import { Failure } from '../host/failure.ts';
import { attach } from '../host/process.ts';

/** Opens a file in the same editor as systemctl edit. */
export async function runEditor(file: string): Promise<void> {
  const { SYSTEMD_EDITOR, EDITOR, VISUAL } = process.env;
  const chosen = SYSTEMD_EDITOR || EDITOR || VISUAL;
  for (const editor of chosen ? [chosen] : ['editor', 'nano', 'vim', 'vi']) {
    // It may be a command with arguments; the shell exits with 127 if the command is missing.
    const exitCode = await attach('sh', ['-c', `${editor} "$1"`, 'sh', file]);
    if (exitCode === 0) return;
    if (exitCode !== 127 || chosen) throw new Failure(`The editor (${editor}) failed`, 'Nothing was changed');
  }
  throw new Failure('No editor was found', 'Name one in $EDITOR');
}
