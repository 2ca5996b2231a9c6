/** Keeps the last lines of a text that grows. The last one may be incomplete. */
export function lastLines(before: string, more: string, limit: number): string {
  const lines = (before + more).split('\n');
  return lines.slice(-limit - 1).join('\n');
}
