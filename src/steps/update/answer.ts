// What src/steps/update/ask-first reads to find out, without Node, that there is nothing new.
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Guest } from '../../config/guest.ts';
import { loadGuest } from '../../config/load.ts';
import { generatedDirectory } from '../../config/paths.ts';
import { writeAtomically } from '../../host/atomic-file.ts';
import { ownFile } from '../../host/confined.ts';
import { codeOf } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';
import { driver } from '../../machine/driver.ts';
import { remoteCommit, repositoryOf } from '../../ostree/repository.ts';
import { isMarked } from '../../state/markers.ts';
import { stateFile } from '../../state/state-file.ts';
import { damagedState } from '../../state/state-files.ts';
import { type Question, questionOf } from '../../trees/ostree/ostree-source.ts';
import { isConfigured } from '../../trees/ostree/remote.ts';
import { readUpdateState } from './read-state.ts';
import { onOffer } from './rule.ts';
import { nameOf } from './stage.ts';

/**
 * Records what the remote offers, if the guest boots that and nothing else is to be done. First takes the picture, then reads
 * everything again. So a change before the picture is read here, and a change after it makes the next picture differ.
 */
export async function rememberAnswer(guest: Guest): Promise<void> {
  const question = questionOf(guest);
  if (!question) return;
  const { name, sysroot } = guest;
  const { remoteName, ref, older = '' } = question;
  const script = ownFile('ask-first');
  const { stdout: picture } = await run('sh', [script, '--picture', name, sysroot, remoteName]);
  const commit = showsFiles(picture) ? whatIsBooted(name, question) : undefined;
  if (commit === undefined) return;
  const words = `Up to date: ${nameOf({ checksum: commit, refspec: question.refspec })}`;
  const dropIn = `${generatedDirectory}/${driver.unit(name)}.d/50-guest.conf`;
  const slots = String(guest.update.concurrency);
  const lines = [sysroot, remoteName, ref, older, commit, dropIn, slots, words, picture];
  try {
    writeAtomically(stateFile(name, 'answer'), `${lines.join('\n')}\n`);
  } catch (error) {
    // Without it the next update asks again.
    if (codeOf(error) === undefined) throw error;
  }
}

/**
 * False for one that has only the name of the host. If stat(1) is another program that cannot do what ask-first wants, all pictures
 * would be alike, and no change would be noticed. There is at least a line for each of our own two files and the guest file.
 */
export const showsFiles = (picture: string): boolean => picture.trim().split('\n').length > 3;

/** Returns the commit that the guest boots, if an update that asks the same question has nothing to do. */
function whatIsBooted(name: string, question: Question) {
  const checked = loadGuest(nodeFiles, name);
  if (!checked || 'broken' in checked) return undefined;
  const { guest } = checked;
  const repository = repositoryOf(guest.sysroot);
  const { remoteName, ref, options, readable } = question;
  if (!isDeepStrictEqual(questionOf(guest), question)) return undefined;
  const offered = remoteCommit(repository, remoteName, ref);
  const state = readUpdateState(guest, offered);
  const decision = onOffer(state, guest.update);
  const isPlain =
    isConfigured(repository, remoteName, options) &&
    decision.kind === 'leave' &&
    decision.unstages &&
    !state.staged &&
    !state.rollback &&
    !isMarked(name, 'cleaning.json') &&
    damagedState(name).length === 0 &&
    readable.every((path) => existsSync(path));
  return isPlain ? offered : undefined;
}
