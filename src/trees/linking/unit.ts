import { run } from '../../host/process.ts';

/** Names the unit of a guest's linking step: ostree-guest-NAME.service. */
export const linkingOf = (guest: string): string => `link-${guest}`;

/** Stops all running linking steps. Their updates start them again, or fail and are repeated later: nothing is lost. */
export async function endLinking(): Promise<void> {
  await run('systemctl', ['stop', '--', `ostree-guest-${linkingOf('*')}.service`]);
}
