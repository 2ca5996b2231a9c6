// The output of a command that goes on, such as a journal that is followed.
import { type CockpitFailure, cockpit } from './cockpit.ts';

/** Runs a command, and passes on its output in pieces. Returns how to end it. */
export function followOutput(
  command: readonly string[],
  tell: (text: string) => void,
  failed: (message: string) => void,
): () => void {
  const process = cockpit.spawn(command, { superuser: 'try', err: 'out' });
  let isEnded = false;
  process.stream(tell).then(
    () => {},
    (failure: CockpitFailure) => {
      if (!isEnded && failure.message) failed(failure.message);
    },
  );
  return () => {
    isEnded = true;
    process.close('terminated');
  };
}
