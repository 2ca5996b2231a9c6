import { endingSignals } from '../host/ending-signals.ts';
import { Failure } from '../host/failure.ts';

/**
 * Does work that has to clean up even if a signal ends it: until it returns, a signal does not end us. Services that it waits for
 * are stopped by the signal, and so they fail; `onSignal` ends what does not end by itself. `check` fails if there was a signal.
 */
export async function interruptible<T>(
  work: (check: () => void) => Promise<T>,
  onSignal: () => void = () => {},
): Promise<T> {
  let signal: NodeJS.Signals | undefined;
  const note = (one: NodeJS.Signals) => {
    signal = one;
    onSignal();
  };
  const check = () => {
    if (signal !== undefined) throw new Failure(`Interrupted (${signal})`);
  };
  for (const one of endingSignals) process.on(one, note);
  try {
    const result = await work(check);
    check();
    return result;
  } finally {
    for (const one of endingSignals) process.off(one, note);
  }
}
