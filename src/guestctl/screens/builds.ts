import type { BuildOverview, PublishedOverview } from '../builds.ts';
import type { Screen } from '../screen.ts';
import { type Column, table } from './table.ts';
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
    style: ({ result, state }) => (state !== 'running' && result?.failure !== undefined ? 'bad' : undefined),
    shrinks: true,
  },
  {
    title: 'PUBLISHED',
    cell: ({ published }) => (published ? publishedWords(published) : '-'),
    style: ({ published }) => (published?.state === 'failed' ? 'bad' : undefined),
  },
  {
    title: 'AS',
    cell: ({ published }) => (published ? `${published.ref} in ${published.repository}` : '-'),
    shrinks: true,
  },
  { title: 'FILE', cell: ({ build }) => build.file, wide: true },
];

function resultWords({ result, state, isHidden }: BuildOverview): string {
  if (state === 'running') return 'running';
  if (!result) return isHidden ? '?' : '-';
  return result.failure === undefined ? short(result.checksum ?? '') : `failed: ${result.failure}`;
}

function publishedWords({ state, commit }: PublishedOverview): string {
  const what = commit ? [commit.version, short(commit.checksum)].filter(Boolean).join(' ') : 'nothing yet';
  return state === 'failed' ? `${what}, the last run failed` : what;
}

/** The stable form for scripts. */
export const buildJson = ({ build, state, result, published }: BuildOverview) => ({
  name: build.name,
  description: build.description,
  file: build.file,
  state,
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
});
