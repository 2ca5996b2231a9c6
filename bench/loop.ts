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
  /** A command that prints another figure in microseconds, instead of the processor time. */
  readonly spent?: string;
}

/** Milliseconds on the clock, and milliseconds of processor time. */
export type Times = readonly [elapsed: number, spent: number];

const clock = `echo $((\${end/./} - \${start/./}))`;

/**
 * The processor time is what all processes of the host took, but for the web server that it updates from. On a busy machine it
 * says more than the clock.
 */
const readCpu = `read_cpu() {
  cpu=0
  { read -r _ cpu </sys/fs/cgroup/cpu.stat; } 2>/dev/null || return 0
  { read -r _ server </sys/fs/cgroup/system.slice/mirror-http-8080.service/cpu.stat; } 2>/dev/null && cpu=$((cpu - server))
  return 0
}`;

/** A round, in the order of the contenders; prints two numbers of microseconds of each. */
export function roundScript(contenders: readonly Contender[], beforeRound = ':'): string {
  const measured = contenders.map(
    ({ name, before = ':', command, elapsed = clock, spent = 'echo $((cpu - used))' }) => `\
{ ${before}
} >"$log" 2>&1 || fail 'what comes before ${name}'
read_cpu; used=$cpu
start=$EPOCHREALTIME
{ ${command}
} >"$log" 2>&1 || fail '${name}'
end=$EPOCHREALTIME
read_cpu
${elapsed}
${spent}
`,
  );
  return `\
log=$(mktemp)
fail() { echo "$1 failed:"; cat "$log"; exit 1; } >&2
${readCpu}
{ ${beforeRound}
} >"$log" 2>&1 || fail 'what comes before the round'
${measured.join('')}rm "$log"
`;
}

/** The times of each contender. */
export function parseRound(contenders: readonly Contender[], output: string): Times[] {
  const milliseconds = output
    .trim()
    .split('\n')
    .map((line) => Number(line) / 1000);
  if (milliseconds.length !== 2 * contenders.length || !milliseconds.every((value) => value >= 0))
    throw new Error(`Instead of ${contenders.length} pairs of times, the loop printed:\n${output}`);
  return contenders.map((_, place) => [milliseconds[2 * place] ?? 0, milliseconds[2 * place + 1] ?? 0]);
}
