// How a mirror fetches a commit, and what it makes of the end of `ostree pull`.
import { expect, test, vi } from 'vitest';
import { explain } from '../../src/host/failure.ts';
import type { Finished } from '../../src/host/process.ts';
import { Upstream } from '../../src/steps/mirror/upstream.ts';
import { commit } from './names.ts';
import { mirrorOf } from './read.ts';

const pulls = vi.hoisted(() => ({ answers: [] as Finished[], asked: [] as string[] }));

vi.mock('../../src/ostree/pull-progress.ts', () => ({
  pullAndTell: async (args: readonly string[], tell: (progress: object) => void) => {
    pulls.asked.push(args.includes('--require-static-deltas') ? 'by delta' : 'whole');
    tell({ words: '1 of 2 objects', bytes: 1 });
    return pulls.answers.shift();
  },
}));
vi.mock('../../src/ostree/repository.ts', () => ({
  hasCommit: () => false,
  ensureRepository: async () => undefined,
}));
vi.mock('../../src/trees/ostree/remote.ts', () => ({
  declaredRemote: () => ({}),
  configureRemote: () => undefined,
}));

const text = '[Mirror]\nURL=https://ostree.example.org\nRef=debian/12\nRepository=/srv/mirror\n';

const done: Finished = { ended: 'exited', exitCode: 0, stdout: '', stderr: '' };
const noDelta: Finished = { ended: 'exited', exitCode: 1, stdout: '', stderr: 'error: no delta' };
const hangs: Finished = {
  ended: 'stopped',
  reason: 'nothing arrived for 30 minutes',
  stdout: '',
  stderr: 'ostree: nothing arrived for 30 minutes',
};
const stopped =
  'site.mirror:2: cannot fetch debian/12 from https://ostree.example.org: ostree: nothing arrived for 30 minutes';

test.each<[title: string, answers: Finished[], asked: string[], outcome: boolean | string]>([
  ['a static delta is enough', [done], ['by delta'], true],
  ['without one, files are fetched whole', [noDelta, done], ['by delta', 'whole'], false],
  ['an upstream that hangs is given up at once', [hangs], ['by delta'], stopped],
  ['an upstream that hangs later is given up, too', [noDelta, hangs], ['by delta', 'whole'], stopped],
])('%s', async (_, answers, asked, outcome) => {
  pulls.answers = answers;
  pulls.asked = [];
  const told: string[] = [];
  const upstream = await Upstream.of(mirrorOf(text));
  const fetched = upstream.fetch('debian/12', commit('b'), { progress: (words) => void told.push(words) });
  expect(await fetched.catch((error: unknown) => explain(error))).toEqual(
    typeof outcome === 'string' ? expect.stringContaining(outcome) : outcome,
  );
  expect(pulls.asked).toEqual(asked);
  expect(told[0]).toBe('Fetching debian/12: 1 of 2 objects');
});
