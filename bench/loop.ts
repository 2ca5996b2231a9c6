// The measuring loop: all that is compared runs in turn in each round, so that what slows the machine down for a while
// slows down all of it. A round is a script for bash(1), which starts a program in less than a millisecond and knows microseconds.

export interface Contender {
  readonly name: string;
  /** A script that is run before each measurement, and not measured. */
  readonly before?: string;
  /** What is measured: a command of a shell script. */
  readonly command: string;
  /** A command that prints how many microseconds it was, where that is not the time that `command` took. */
  readonly elapsed?: string;
}

const clock = `echo $((\${end/./} - \${start/./}))`;

/** A round, in the order of the contenders; prints the microseconds of each. */
export function roundScript(contenders: readonly Contender[], beforeRound = ':'): string {
  const measured = contenders.map(
    ({ name, before = ':', command, elapsed = clock }) => `\
{ ${before}
} >"$log" 2>&1 || fail 'what comes before ${name}'
start=$EPOCHREALTIME
{ ${command}
} >"$log" 2>&1 || fail '${name}'
end=$EPOCHREALTIME
${elapsed}
`,
  );
  return `\
log=$(mktemp)
fail() { echo "$1 failed:"; cat "$log"; exit 1; } >&2
{ ${beforeRound}
} >"$log" 2>&1 || fail 'what comes before the round'
${measured.join('')}rm "$log"
`;
}

/** The milliseconds of each contender. */
export function parseRound(contenders: readonly Contender[], output: string): number[] {
  const milliseconds = output
    .trim()
    .split('\n')
    .map((line) => Number(line) / 1000);
  if (milliseconds.length !== contenders.length || !milliseconds.every((value) => value > 0))
    throw new Error(`Instead of ${contenders.length} times, the loop printed:\n${output}`);
  return milliseconds;
}
