import { attach } from './process.ts';
import { shellWord } from './shell-word.ts';

/** Runs a command on [USER@]HOST[:PORT], on our terminal if we have one; returns its exit code, or ssh's own 255. */
export function ssh(destination: string, command: readonly string[]): Promise<number> {
  const [, host = destination, port] = /^(.*?[^:]):(\d+)$/.exec(destination) ?? [];
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? ['-t'] : [];
  const options = [...terminal, ...(port ? ['-p', port] : [])];
  return attach('ssh', [...options, '--', host, command.map(shellWord).join(' ')]);
}
