// Work directories, in the cache's file system. The name says which process owns one, so what a crashed or
// killed run left behind is found and removed by the next.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { removeCgroup } from './cgroup.ts';
import { cacheDirectory } from './paths.ts';
import { say } from './say.ts';

const parent = () => join(cacheDirectory(), 'run');
const mine = new Set<string>();

/** A new directory NAME-PID-START-NAMESPACE+RANDOM; its last part names the host's control group as well. */
export function makeWorkDirectory(name: string): string {
  if (mine.size === 0) removeOnExit();
  const directory = join(
    parent(),
    `${name}-${process.pid}-${startTime(process.pid)}-${pidNamespace()}${randomBytes(3).toString('hex')}`,
  );
  mkdirSync(directory, { recursive: true });
  spread();
  mine.add(directory);
  return directory;
}

/**
 * Lets ext4 place each work directory elsewhere. Without a journal it does not use an inode again for some minutes, and
 * looks at each of them before it finds another: where a host was just removed, a file takes twenty times as long.
 */
function spread(): void {
  // Other file systems do not know this flag, and do not need it.
  spawnSync('chattr', ['+T', parent()], { stdio: 'ignore' });
}

/** Ends whatever runs in it, then removes it. Synchronous: it must also work while the process exits. */
export function removeWorkDirectory(directory: string): void {
  removeCgroup(directory);
  // Deployments are immutable, those of guests inside too. What another run, which clears up as well, removes in the
  // meantime is no error; of what cannot be removed rm tells.
  const deployment = '.*/deploy/[0-9a-f]+\\.[0-9]+';
  spawnSync(
    'find',
    [directory, '-type', 'd', '-regex', deployment, '-prune', '-exec', 'chattr', '-i', '{}', '+'],
    { stdio: 'ignore' },
  );
  const remove = ['-rf', '--one-file-system', directory];
  if (spawnSync('rm', remove, { stdio: 'ignore' }).status !== 0) {
    // A test that was killed had made files immutable.
    spawnSync('chattr', ['-R', '-f', '-i', directory], { stdio: 'ignore' });
    execFileSync('rm', remove);
  }
  mine.delete(directory);
}

/** Removes what runs that no longer live have left. Leaves runs of other PID namespaces alone: here, they look dead. */
export function removeStaleWorkDirectories(): void {
  mkdirSync(parent(), { recursive: true });
  for (const entry of readdirSync(parent())) {
    const directory = join(parent(), entry);
    const owner = ownerOf(entry, startTime, pidNamespace());
    if (owner === 'gone') removeWorkDirectory(directory);
    if (owner === 'elsewhere') say(`${directory} is of another PID namespace: it is left to the runs there`);
  }
}

/** Says what became of the process that made a work directory. */
export function ownerOf(
  entry: string,
  startOf: (pid: number) => string | undefined,
  here: string,
): 'alive' | 'gone' | 'elsewhere' | 'unknown' {
  const [, pid, start, namespace] = /-(\d+)-(\d+)-([0-9a-f]{4})[0-9a-f]{6}$/.exec(entry) ?? [];
  if (pid === undefined) return 'unknown';
  if (namespace !== here) return 'elsewhere';
  return startOf(Number(pid)) === start ? 'alive' : 'gone';
}

/** Returns the last digits of the ID of our PID namespace: four, because names of machines are short. */
function pidNamespace(): string {
  const [, id] = /\[(\d+)\]/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
  return (Number(id) & 0xffff).toString(16).padStart(4, '0');
}

/** Process ids are used again, a process id with its start time is not. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function removeOnExit(): void {
  process.once('exit', () => {
    for (const directory of mine) removeWorkDirectory(directory);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(130));
  }
}
