// The builds or mirrors of this host, asked again when something has changed.
import { ask } from '../bridge/run-guestctl.ts';
import { apart, buildWork, mirrorWork, type SiteWork } from '../model/site.ts';
import type { ToldBroken } from '../told/answers.ts';
import { language, useAnswer, useGuests } from './hooks.ts';

export type SiteKind = 'builds' | 'mirrors';

interface Site {
  /** undefined until guestctl has answered. */
  readonly works: readonly SiteWork[] | undefined;
  readonly failure: string | undefined;
  /** Those whose files have mistakes: they are not among the works. */
  readonly broken: readonly ToldBroken[];
}

export function useSite(kind: SiteKind): Site {
  const { round } = useGuests();
  const { answer, failure } = useAnswer(() => worksOf(kind), `${kind} ${round}`);
  return { works: answer?.works, failure, broken: answer?.broken ?? [] };
}

async function worksOf(kind: SiteKind) {
  const speech = language();
  if (kind === 'builds') {
    const { sound, broken } = apart(await ask('builds'));
    return { works: sound.map((build) => buildWork(build, speech)), broken };
  }
  const { sound, broken } = apart(await ask('mirrors'));
  return { works: sound.map((mirror) => mirrorWork(mirror, speech)), broken };
}
