import { ssh } from '../host/ssh.ts';

/** Runs the same command with the guestctl of another host, [USER@]HOST[:PORT]; returns its exit code. */
export function runOnHost(host: string, words: readonly string[]): Promise<number> {
  return ssh(host, ['guestctl', ...withoutHost(words)]);
}

/** Removes the first --host, in any notation. */
export function withoutHost(words: readonly string[]): string[] {
  const at = words.findIndex((word) => /^(-H|--host$|--host=)/.test(word));
  const word = words[at];
  const rest = words.slice(at + (word === '-H' || word === '--host' ? 2 : 1));
  return at < 0 ? [...words] : [...words.slice(0, at), ...rest];
}
