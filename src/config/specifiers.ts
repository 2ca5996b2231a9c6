/** What specifiers stand for. */
export interface Specifiers {
  /** %n */
  readonly name: string;
  /** %H, asked for only where it is needed. */
  hostname(): string;
}

export type Expanded = { readonly text: string } | { readonly wrong: string; readonly offset: number };

/** Puts in what %n, %H and %% stand for. */
export function expand(value: string, { name, hostname }: Specifiers): Expanded {
  const host = value.includes('%H') ? hostname() : '';
  const known: Readonly<Record<string, string>> = { '%n': name, '%H': host, '%%': '%' };
  for (const { 0: specifier, index } of value.matchAll(/%.?/gs)) {
    if (known[specifier] === undefined) return { wrong: specifier, offset: index };
  }
  return { text: value.replace(/%./gs, (specifier) => known[specifier] ?? specifier) };
}

/** For a value that systemd itself expands: %n is the same name there too, the others are systemd's. */
export const expandForUnit = (value: string, { name }: Specifiers): string =>
  value.replace(/%(.)/gs, (specifier, letter) => (letter === 'n' ? name : specifier));
