// The facts that metrics are made of, for guests in every state.
import type { GuestFacts } from '../../src/guestctl/metrics/text.ts';
import type { Overview } from '../../src/guestctl/overview.ts';
import { read } from './read.ts';

export const factsOf = (overview: Overview, more: Partial<GuestFacts> = {}): GuestFacts => ({
  overview,
  isEnabled: true,
  lastUpdate: undefined,
  lastSuccess: undefined,
  space: undefined,
  ...more,
});

/** The same of a guest of another name. */
export function ofGuest(name: string, overview: Overview): Overview {
  const checked = read('[Guest]\nRef=site:debian/12/server\n', name);
  if ('broken' in checked) throw new Error(`${name} is broken`);
  return { ...overview, guest: checked.guest };
}
