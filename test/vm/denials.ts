// What SELinux would have denied. The machine is permissive, so this decides nothing: it is told as it was.
import type { Machine } from './machine.ts';

export type Denials = Map<string, number>;

/** Adds what the journal says since the last time. */
export async function collectDenials(machine: Machine, denials: Denials): Promise<void> {
  const journal = await machine.sh(
    `journalctl --quiet --output=cat --cursor-file=/var/lib/denials.cursor | grep -o 'avc:  denied .*' || true`,
  );
  for (const line of journal.split('\n')) {
    const match =
      /denied {2}\{ (.*) \}.* comm="?([^ "]*).* scontext=\w+:\w+:(\w+)\S* tcontext=\w+:\w+:(\w+)\S* tclass=(\w+)/.exec(
        line,
      );
    if (!match) continue;
    const [, permissions, program, source, target, kind] = match;
    const denial = `${source} (${program}) ${target}:${kind} { ${permissions} }`;
    denials.set(denial, (denials.get(denial) ?? 0) + 1);
  }
}

export function denialLines(denials: Denials): string[] {
  return [...denials].sort(([, a], [, b]) => b - a).map(([denial, times]) => `${times} x ${denial}`);
}
