import { Argument, type Command } from 'commander';
import { loadAll, loadGuest, loadGuests } from '../../config/load.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { printableLine } from '../../host/printable.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import { short } from '../screens/wording.ts';
import { writeOut } from '../stdout.ts';

/** Prints names for shell completion, one per line. Starts no process. */
export const complete = (guestctl: Command): Command =>
  guestctl
    .command('complete', { hidden: true })
    .description('Print names for shell completion')
    .addArgument(new Argument('<what>', 'the kind of names').choices(['guests', 'declared', 'deployments']))
    .addArgument(new Argument('[guest]', 'the guest of the deployments'))
    .addArgument(new Argument('[word]', 'what is typed of the deployment'))
    .action((what: string, name = '', word = '') => {
      const words = { guests, declared, deployments: () => deploymentsOf(name, word) }[what] ?? (() => []);
      writeOut(
        words()
          .map((word) => `${printableLine(word)}\n`)
          .join(''),
      );
    });

function guests(): string[] {
  const { guests, broken } = loadGuests(nodeFiles);
  return [...guests, ...broken].map(({ name }) => name).sort();
}

/** Guests, builds and mirrors; they may share a name. */
function declared(): string[] {
  const { guests, broken, builds, brokenBuilds, mirrors, brokenMirrors } = loadAll(nodeFiles);
  const all = [guests, broken, builds, brokenBuilds, mirrors, brokenMirrors].flat();
  const names = all.map(({ name }) => name);
  return [...new Set(names)].sort();
}

/** Offers the first digits of a commit, or all of them to complete a longer word. */
function deploymentsOf(name: string, word: string): string[] {
  const checked = loadGuest(nodeFiles, name);
  if (!checked || 'broken' in checked) return [];
  const isLong = /^[0-9a-f]{13}/.test(word);
  return listDeployments(checked.guest.sysroot).map(
    ({ checksum, serial }) => `${isLong ? checksum : short(checksum)}.${serial}`,
  );
}
