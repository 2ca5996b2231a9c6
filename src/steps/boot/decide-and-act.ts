import type { Guest } from '../../config/guest.ts';
import { explainAny } from '../../host/failure.ts';
import type { Deployment } from '../../ostree/deployments.ts';
import type { Report } from '../../state/report.ts';
import type { Staged } from '../../state/staged.ts';
import { act } from './act.ts';
import { attempt } from './attempt.ts';
import { readBootState } from './read-state.ts';
import { type Act, type BootState, decide } from './rule.ts';

/** Reads the state, decides and acts until there is nothing more to do. Returns the deployment to boot. */
export async function followRule(
  guest: Guest,
  { isSafe, hold }: Pick<BootState, 'isSafe' | 'hold'>,
  report: Report,
): Promise<Deployment | undefined> {
  const told = new Set<string>();
  const unreadable = (error: unknown) => {
    const text = explainAny(error);
    if (!told.has(text)) report.warn(`${text}. Until then the guest starts without it`);
    told.add(text);
  };
  let claimed: Staged | undefined;
  const failed: Act['kind'][] = [];
  for (const tried: Act['kind'][] = []; ; ) {
    const found = readBootState(guest, { isSafe, hold, tried, failed }, unreadable);
    // An update may drop the claim meanwhile, but the deployment still has to be put on trial.
    claimed = found.claimed ?? claimed;
    const state = { ...found, claimed };
    const decision = decide(state, guest.update);
    if (decision.kind === 'boot') return decision.deployment;
    if (decision.kind === 'notCreated') return undefined;
    tried.push(decision.kind);
    // The user wants to get away from the claimed update. If the rollback fails half-way, its file still has the claim.
    if (decision.kind === 'rollBack') claimed = undefined;
    const isDone = await attempt(report, () => act(guest, decision, state, report).then(() => true));
    if (!isDone) failed.push(decision.kind);
  }
}
