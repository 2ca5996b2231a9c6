// Decides whether the host lacked something when a machine went wrong. No side effects: host-lack.ts reads.

/** What the host knows about it. */
export interface HostFacts {
  /** What the machine said of the host before it ended by itself. */
  readonly said: string | undefined;
  /** Undefined if its control group does not count. */
  readonly memory: MemoryEvents | undefined;
  /** The messages of systemd-oomd since the machine was started. */
  readonly oomd: readonly string[];
  /** Directories that it writes to, and whose file system is full. */
  readonly full: readonly string[];
}

/** What its control group counts, with those in it: cgroup-v2.rst of Linux, memory.events. */
export interface MemoryEvents {
  /** How often a limit of one of these was reached, such as `MemoryMax=`. */
  readonly reached: number;
  /** How many of their processes the kernel has killed, for these limits or because the host had no memory left. */
  readonly killed: number;
}

/** Returns what the host lacked, in words. Undefined if the machine itself is to blame, also if it reached a limit of its own. */
export function lackOf(unit: string, { said, memory, oomd, full }: HostFacts): string | undefined {
  if (said !== undefined) return said;
  const [directory] = full;
  if (directory !== undefined) return `the file system of ${directory} is full`;
  if (memory && memory.killed > 0 && memory.reached === 0)
    return `memory, so that the kernel killed ${memory.killed} of its processes, which had not reached a limit of their own`;
  const kill = oomd.find((message) => isKillIn(unit, message));
  return kill === undefined ? undefined : `memory. systemd-oomd: ${kill}`;
}

/** Parses the lines of memory.events. */
export function parseMemoryEvents(text: string): MemoryEvents | undefined {
  const [reached, killed] = ['oom', 'oom_kill'].map(
    (key) => new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1],
  );
  return reached === undefined || killed === undefined
    ? undefined
    : { reached: Number(reached), killed: Number(killed) };
}

/**
 * True if systemd-oomd says that it has killed, or is about to kill, processes in a unit [T 252, 257, 262]. False if that was for a
 * limit of the unit itself, such as `ManagedOOMMemoryPressureLimit=`.
 */
function isKillIn(unit: string, message: string): boolean {
  const [, victim = '', monitored = ''] =
    /^(?:Killed|Marked) (\S+) .*?due to (?:memory pressure for (\S+) )?/.exec(message) ?? [];
  return isIn(unit, victim) && !isIn(unit, monitored);
}

/** True if a control group is that of a unit, or in it. Names in the groups of other units are theirs. */
const isIn = (unit: string, path: string): boolean =>
  path.split('/').find((part) => part !== '' && !part.endsWith('.slice')) === unit;
