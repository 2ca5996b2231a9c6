// The program of ostree-guest-link-NAME.service, started by link.ts: the only step that sees other guests. It hands
// checksums and refs to ostree(1), and follows no path of a tree.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainAny, Failure } from '../../host/failure.ts';
import { isThere } from '../../host/node-files.ts';
import { reason } from '../../ostree/ostree.ts';
import { pullAndTell } from '../../ostree/pull-progress.ts';
import { note } from '../../state/unshared.ts';
import { type LinkingLine, type LinkingTask, parseTask } from './linking-task.ts';
import { linkFromAny, linkImage, linkLayers, linkMadeOf, linkMadeOver, seed, trusted } from './neighbours.ts';

const tell = (line: LinkingLine): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

async function main({
  repository,
  notes,
  neighbours: all,
  want,
  unconfined,
}: LinkingTask): Promise<LinkingLine> {
  // A guest that was never created has no directory.
  for (const file of unconfined.filter((one) => isThere(dirname(one)))) note(file);
  // The guest's file has changed since the update read it, and the guest was started.
  if (notes.some(isThere))
    throw new Failure('the guest no longer shares files with others', 'Start the update again');
  const neighbours = trusted(all);
  switch (want.kind) {
    case 'commits':
      await linkFromAny(repository, want.checksums, neighbours);
      return {};
    case 'made of': {
      const checksum = await linkMadeOf(repository, want.ref, want.identity, neighbours);
      await linkLayers(repository, want.layers, neighbours);
      return checksum === undefined ? {} : { checksum };
    }
    case 'made over':
      await linkMadeOver(repository, want.ref, want.base, neighbours);
      return {};
    case 'image':
      await linkImage(repository, want.image, neighbours);
      return {};
    case 'pull': {
      const { checksum, args } = want;
      if (await linkFromAny(repository, [checksum], neighbours)) return { checksum };
      if (want.seed) await seed(repository, neighbours);
      const caches = neighbours.map((neighbour) => `--localcache-repo=${neighbour}`);
      const pull = [`--repo=${repository}`, 'pull', ...caches, ...args];
      const { exitCode, stderr } = await pullAndTell(pull, (progress) => tell({ progress }));
      return exitCode === 0 ? { checksum } : { failed: reason(stderr) };
    }
  }
}

const work = async (): Promise<LinkingLine> => main(parseTask(readFileSync(0, 'utf8')));

work().then(tell, (error: unknown) => {
  process.stderr.write(explainAny(error));
  process.exitCode = 1;
});
