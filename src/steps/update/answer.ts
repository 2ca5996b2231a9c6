// What src/steps/update/ask-first reads to find out, without Node, that there is nothing new.
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Guest } from '../../config/guest.ts';
import { loadGuest } from '../../config/load.ts';
import { filesOfPackages } from '../../config/packages.ts';
import { generatedDirectory } from '../../config/paths.ts';
import { writeAtomically } from '../../host/atomic-file.ts';
import { ownFile } from '../../host/confined.ts';
import { codeOf } from '../../host/failure.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';
import { driver } from '../../machine/driver.ts';
import type { Checksum } from '../../ostree/names.ts';
import { remoteCommit, repositoryOf } from '../../ostree/repository.ts';
import { isMarked } from '../../state/markers.ts';
import { stateFile } from '../../state/state-file.ts';
import { damagedState } from '../../state/state-files.ts';
import { readUndeployed } from '../../state/undeployed.ts';
import { type Question, questionOf } from '../../trees/ostree/ostree-source.ts';
import { isConfigured } from '../../trees/ostree/remote.ts';
import { type Requests, requestsFor } from '../../trees/packages/indexes.ts';
import type { Offer } from '../../trees/source.ts';
import { readUpdateState } from './read-state.ts';
import { isSettled } from './rule.ts';
import { nameOf } from './stage.ts';

/**
 * Records what the remote offers, if the guest boots that, or its next start does, and nothing else is to be done. First takes the
 * picture, then reads everything again. So a change before the picture is read here, and a change after it makes the next picture
 * differ.
 */
export async function rememberAnswer(guest: Guest, offer: Offer): Promise<void> {
  const question = questionOf(guest);
  const commit = commitOfRemote(offer);
  if (!question || commit === undefined) return;
  const { name, sysroot, packages } = guest;
  const { remoteName, ref, older = '' } = question;
  const script = ownFile('ask-first');
  const files = packages ? filesOfPackages(packages) : [];
  // They become words of the script.
  if (!files.every((file) => /^[\w@%+=:,./~-]+$/.test(file))) return;
  const { stdout: picture } = await run('sh', [script, '--picture', name, sysroot, remoteName, ...files]);
  const words = showsFiles(picture) ? wordsIfSettled(guest, question, offer) : undefined;
  if (words === undefined) return;
  const requests = packages ? offer.layered && (await requestsFor(name, offer.layered.indexes)) : noRequests;
  if (!requests) return;
  const { command, config, unchanged, until = '' } = requests;
  const dropIn = `${generatedDirectory}/${driver.unit(name)}.d/50-guest.conf`;
  // Repositories may be slow to answer, and must not hold up other updates.
  const slots = packages ? '' : guest.update.concurrency;
  const asks = [sysroot, remoteName, ref, older, commit, dropIn, slots, files.join(' ')];
  const lines = [...asks, words, until, unchanged, ...command, '', config, picture];
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

/** Returns the commit that the remote itself offers: packages are added to it here. */
const commitOfRemote = ({ layered, checksum }: Offer): Checksum | undefined => layered?.below ?? checksum;

/** What a guest without [Packages] asks of repositories. */
const noRequests: Requests = { command: [], config: '', unchanged: '', until: undefined };

/** Returns what an update that gets the same answers has to say, if it has nothing to do. */
function wordsIfSettled({ name }: Guest, question: Question, offer: Offer): string | undefined {
  const checked = loadGuest(nodeFiles, name);
  if (!checked || 'broken' in checked) return undefined;
  const { guest } = checked;
  const repository = repositoryOf(guest.sysroot);
  const { remoteName, ref, options, readable } = question;
  if (!isDeepStrictEqual(questionOf(guest), question)) return undefined;
  const state = readUpdateState(guest, offer.checksum);
  const isSame =
    remoteCommit(repository, remoteName, ref) === commitOfRemote(offer) &&
    isConfigured(repository, remoteName, options) &&
    isSettled(state, guest.update) &&
    !isMarked(name, 'cleaning.json') &&
    damagedState(name).length === 0 &&
    readable.every((path) => existsSync(path));
  if (!isSame) return undefined;
  if (!state.staged) return `Up to date: ${nameOf(offer)}`;
  return readUndeployed(guest) ? undefined : `${nameOf(offer)} is staged and takes effect at the next start`;
}
