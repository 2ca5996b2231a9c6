import type { Broken } from '../../config/guest.ts';
import { type BuildOverview, hasFailed, type PublishedOverview } from '../builds.ts';
import { timerJson } from '../run-timer.ts';
import type { Screen } from '../screen.ts';
import { type Column, table } from './table.ts';
import { unusableJson } from './unusable.ts';
import { minuteWords, short, timeJson } from './wording.ts';

export const buildsText = (overviews: readonly BuildOverview[], screen: Screen): string =>
  table(columns, overviews, screen);

const columns: readonly Column<BuildOverview>[] = [
  { title: 'BUILD', cell: ({ build }) => build.name },
  {
    title: 'LAST RUN',
    cell: ({ result, isHidden }) => (result ? minuteWords(result.ended) : isHidden ? '?' : '-'),
  },
  {
    title: 'RESULT',
    cell: resultWords,
    style: (build) => (build.state !== 'running' && hasFailed(build) ? 'bad' : undefined),
    shrinks: true,
  },
  {
    title: 'PUBLISHED',
    cell: ({ published }) => (published ? publishedWords(published) : '-'),
  },
  {
    title: 'AS',
    cell: ({ published }) => (published ? `${published.ref} in ${published.repository}` : '-'),
    shrinks: true,
  },
  { title: 'FILE', cell: ({ build }) => build.file, wide: true },
];

function resultWords({ result, state, isHidden, published }: BuildOverview): string {
  if (state === 'running') return 'running';
  if (result?.failure !== undefined) return `failed: ${result.failure}`;
  const made = result ? short(result.checksum ?? '') : isHidden ? '?' : '-';
  return published?.state === 'failed' ? `not published: ${made}` : made;
}

const publishedWords = ({ commit }: PublishedOverview): string =>
  commit ? [commit.version, short(commit.checksum)].filter(Boolean).join(' ') : 'nothing yet';

/** The stable form for scripts. */
export const buildJson = ({ build, state, timer, result, published }: BuildOverview) => ({
  name: build.name,
  description: build.description,
  file: build.file,
  state,
  timer: timerJson(timer),
  result: result
    ? {
        time: timeJson(result.ended),
        checksum: result.checksum ?? null,
        failure: result.failure ?? null,
      }
    : null,
  published: published
    ? {
        repository: published.repository,
        ref: published.ref,
        state: published.state,
        checksum: published.commit?.checksum ?? null,
        version: published.commit?.version ?? null,
        since: timeJson(published.commit?.since),
        commits: published.commits,
      }
    : null,
  mistakes: [] as string[],
});

/** A build whose file has mistakes, in the form of buildJson(). */
export const brokenBuildJson = (broken: Broken): ReturnType<typeof buildJson> => ({
  ...unusableJson(broken),
  published: null,
});
