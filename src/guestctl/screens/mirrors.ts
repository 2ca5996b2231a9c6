import type { Broken } from '../../config/guest.ts';
import type { MirroredRef, MirrorOverview } from '../mirrors.ts';
import { timerJson } from '../run-timer.ts';
import type { Screen } from '../screen.ts';
import { type Column, table } from './table.ts';
import { unusableJson } from './unusable.ts';
import { minuteWords, short, timeJson } from './wording.ts';

/** One line for each ref; a mirror without any has one, too. */
interface Row {
  readonly overview: MirrorOverview;
  readonly ref: MirroredRef | undefined;
  /** True for the first line of a mirror, which says what is about all of it. */
  readonly isFirst: boolean;
}

export function mirrorsText(overviews: readonly MirrorOverview[], screen: Screen): string {
  const rows = overviews.flatMap((overview): Row[] =>
    (overview.refs.length === 0 ? [undefined] : overview.refs).map((ref, index) => ({
      overview,
      ref,
      isFirst: index === 0,
    })),
  );
  return table(columns, rows, screen);
}

const columns: readonly Column<Row>[] = [
  { title: 'MIRROR', cell: ({ overview }) => overview.mirror.name },
  { title: 'REF', cell: ({ ref }) => ref?.ref ?? '-' },
  {
    title: 'COMMIT',
    cell: ({ ref }) => [ref?.commit?.version, short(ref?.commit?.checksum ?? '-')].filter(Boolean).join(' '),
  },
  { title: 'SINCE', cell: ({ ref }) => (ref?.commit?.since ? minuteWords(ref.commit.since) : '-') },
  {
    title: 'LAST RUN',
    cell: ({ overview: { result, isHidden } }) => (result ? minuteWords(result.ended) : isHidden ? '?' : '-'),
  },
  {
    title: 'NOTES',
    cell: notes,
    style: (row) => (isBad(row) ? 'bad' : undefined),
    shrinks: true,
  },
  { title: 'FROM', cell: ({ overview }) => overview.mirror.remote.url, wide: true },
  { title: 'IN', cell: ({ overview }) => overview.mirror.repository, wide: true },
  { title: 'FILE', cell: ({ overview }) => overview.mirror.file, wide: true },
];

const isBad = ({ overview: { state, result }, ref, isFirst }: Row): boolean =>
  ref?.stale !== undefined || (isFirst && state !== 'running' && result?.failure !== undefined);

function notes({ overview: { state, result }, ref, isFirst }: Row): string {
  const words: string[] = [];
  if (isFirst && state === 'running') words.push('running');
  else if (isFirst && result?.failure !== undefined) words.push(`failed: ${result.failure.split('\n')[0]}`);
  if (ref?.stale !== undefined) words.push(ref.stale);
  if (ref?.end !== undefined) words.push(`removed after ${minuteWords(ref.end)}: no longer mirrored`);
  if (isFirst && result?.hint !== undefined) words.push(result.hint);
  return words.join('; ') || '-';
}

/** The stable form for scripts. */
export const mirrorJson = ({ mirror, state, timer, result, refs }: MirrorOverview) => ({
  name: mirror.name,
  description: mirror.description,
  file: mirror.file,
  url: mirror.remote.url,
  repository: mirror.repository,
  state,
  timer: timerJson(timer),
  result: result
    ? { time: timeJson(result.ended), failure: result.failure ?? null, hint: result.hint ?? null }
    : null,
  refs: refs.map(({ ref, commit, stale, end }) => ({
    ref,
    checksum: commit?.checksum ?? null,
    version: commit?.version ?? null,
    made: timeJson(commit?.made),
    since: timeJson(commit?.since),
    stale: stale ?? null,
    removal: timeJson(end),
  })),
  mistakes: [] as string[],
});

/** A mirror whose file has mistakes, in the form of mirrorJson(). */
export const brokenMirrorJson = (broken: Broken): ReturnType<typeof mirrorJson> => ({
  ...unusableJson(broken),
  url: '',
  repository: '',
  refs: [],
});
