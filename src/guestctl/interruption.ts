import { Failure } from '../host/failure.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does work that has to clean up even if a signal ends it: until it returns, a signal does not end us. Services that it waits for
 * are stopped by the signal, and so they fail. `check` fails if there was a signal.
 */
export async function interruptible<T>(work: (check: () => void) => Promise<T>): Promise<T> {
  let signal: NodeJS.Signals | undefined;
  const note = (one: NodeJS.Signals) => {
    signal = one;
  };
  const check = () => {
    if (signal !== undefined) throw new Failure(`Interrupted (${signal})`);
  };
  for (const one of signals) process.on(one, note);
  try {
    const result = await work(check);
    check();
    return result;
  } finally {
    for (const one of signals) process.off(one, note);
  }
}
