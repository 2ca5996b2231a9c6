// Prints what each test file took, at the end of a run, so that a slow one is seen.
import type { Reporter, TestModule } from 'vitest/node';

/** Files that take fewer seconds share one line. */
const quick = 1;

export class FileTimes implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length > 1) console.log(`\nSeconds by file, the slowest last:\n${timesOf(modules)}`);
  }
}

function timesOf(modules: readonly TestModule[]): string {
  const times = modules
    .map((module) => ({ file: module.relativeModuleId, seconds: module.diagnostic().duration / 1000 }))
    .sort((a, b) => a.seconds - b.seconds);
  const slow = times.filter(({ seconds }) => seconds >= quick);
  const rest = times.slice(0, times.length - slow.length);
  const sum = rest.reduce((total, { seconds }) => total + seconds, 0);
  const line = (seconds: number, what: string) => `${seconds.toFixed(0).padStart(6)}  ${what}`;
  return [
    ...(rest.length ? [line(sum, `${rest.length} files of less than ${quick} s each`)] : []),
    ...slow.map(({ seconds, file }) => line(seconds, file)),
  ].join('\n');
}
