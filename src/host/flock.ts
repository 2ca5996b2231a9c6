import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { Failure } from './failure.ts';

/** Releases a lock; fulfilled when it is free. */
export type Release = () => Promise<void>;

/**
 * Takes a lock on a file; returns undefined if it is held, or if the file has just been removed. When we end, even if killed, the
 * helper that holds it removes the directory, if one is given.
 */
export const tryLock = (file: string, directory = ''): Promise<Release | undefined> =>
  locked(file, '--nonblock', directory);

/**
 * Waits for a lock that others hold for moments only. Calls `onWait` if that takes more than two seconds. Returns undefined if it
 * is held for so many seconds.
 */
export async function lockWithin(
  seconds: number,
  file: string,
  onWait: () => void,
): Promise<Release | undefined> {
  const patience = setTimeout(onWait, 2000);
  try {
    return await locked(file, `--timeout=${seconds}`);
  } finally {
    clearTimeout(patience);
  }
}

async function locked(file: string, limit: string, directory = ''): Promise<Release | undefined> {
  const helper = await startHelper(file, directory, limit);
  return (await isLocked(helper, file)) ? releaseOf(helper) : undefined;
}

/** Takes a lock on a file, and waits for it as long as others hold it. Calls `onWait` first if it has to wait. */
export async function lockOrWait(file: string, onWait: () => void): Promise<Release> {
  const release = await tryLock(file);
  if (release) return release;
  onWait();
  return lockOne([file]);
}

/** Waits for a lock on one of several files. They may be removed and made anew meanwhile. */
export async function lockOne(files: readonly string[]): Promise<Release> {
  for (;;) {
    const release = await lockAny(files);
    if (release) return release;
  }
}

/**
 * Waits for a lock on one of several files. The helpers wait in the kernel, which takes no processor time. Returns undefined if
 * a file has been removed meanwhile.
 */
async function lockAny(files: readonly string[]): Promise<Release | undefined> {
  const started = await Promise.all(
    files.map(async (file) => ({ file, helper: await startHelper(file, '') })),
  );
  const answers = started.map(async ({ file, helper }) => ({ helper, isHeld: await isLocked(helper, file) }));
  let first: Helper | undefined;
  try {
    const { helper, isHeld } = await Promise.race(answers);
    first = helper;
    return isHeld ? releaseOf(helper) : undefined;
  } finally {
    // A lock that one of the others has just got ends with it.
    for (const { helper } of started) if (helper !== first) helper.kill('SIGKILL');
  }
}

/** flock(1) opens the file as the first free descriptor. Ctrl-C reaches the helper, too: we may have to clean up first. */
const holder = `[ /proc/self/fd/3 -ef "$1" ] || exit
trap "" INT HUP TERM
echo locked
[ -n "$2" ] || exec cat
cat
exec rm -rf --one-file-system -- "$2"`;

type Helper = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Starts a process that takes a lock and holds it as long as we live, because Node has no flock(2). When we end, even if killed, the
 * pipe that it reads is closed, which ends it.
 */
async function startHelper(file: string, directory: string, ...options: readonly string[]): Promise<Helper> {
  // Loaded lazily: most programs never take a lock.
  const { spawn } = await import('node:child_process');
  const command = ['sh', '-c', holder, 'sh', file, directory];
  // Whoever may read a file may lock it: no other user keeps us waiting.
  const before = process.umask(0o077);
  try {
    return spawn('flock', ['--no-fork', ...options, file, ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  } finally {
    process.umask(before);
  }
}

/** flock(1), sysexits.h: it could not open or lock the file. Lower codes say that the lock is held, or the file gone. */
const firstError = 64;

/** Fails if there can be no lock: to wait for it would be in vain. */
const isLocked = (helper: Helper, file: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new Failure(`Cannot lock ${file}: ${why}`, 'Free some space there, or let it be written to'));
    helper.stdout.once('data', () => resolve(true));
    helper.once('error', ({ message }) => fail(message));
    helper.once('close', (code) => {
      if (code !== null && code >= firstError) fail(`flock failed (exit code ${code})`);
      else resolve(false);
    });
  });

function releaseOf(helper: Helper): Release {
  helper.stdout.resume();
  return async () => {
    if (helper.exitCode !== null || helper.signalCode !== null) return;
    helper.stdin.end();
    await once(helper, 'exit');
  };
}
