// The builds or mirrors of this host, asked again when something has changed.
import { askLoudly } from '../bridge/run-guestctl.ts';
import { buildWork, mirrorWork, type SiteWork } from '../model/site.ts';
import { language, useAnswer, useGuests } from './hooks.ts';

export type SiteKind = 'builds' | 'mirrors';

interface Site {
  /** undefined until guestctl has answered. */
  readonly works: readonly SiteWork[] | undefined;
  readonly failure: string | undefined;
  /** What guestctl says of files with mistakes: they are not among the works. */
  readonly complaint: string | undefined;
}

export function useSite(kind: SiteKind): Site {
  const { round } = useGuests();
  const { answer, failure } = useAnswer(() => worksOf(kind), `${kind} ${round}`);
  return { works: answer?.works, failure, complaint: answer?.complaint };
}

async function worksOf(kind: SiteKind) {
  const speech = language();
  if (kind === 'builds') {
    const { answer, complaint } = await askLoudly('builds');
    return { works: answer.map((build) => buildWork(build, speech)), complaint };
  }
  const { answer, complaint } = await askLoudly('mirrors');
  return { works: answer.map((mirror) => mirrorWork(mirror, speech)), complaint };
}
