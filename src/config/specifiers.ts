/** The values of specifiers. */
export interface Specifiers {
  /** %n */
  readonly name: string;
  /** %H, evaluated lazily. */
  hostname(): string;
}

/** A value with its specifiers expanded, and the original offset of each character. */
export interface Expanded {
  readonly text: string;
  written(offset: number): number;
}

export type Expansion = Expanded | { readonly wrong: string; readonly offset: number };

/** Expands %n, %H and %%. */
export function expand(value: string, { name, hostname }: Specifiers): Expansion {
  const host = value.includes('%H') ? hostname() : '';
  const known: Readonly<Record<string, string>> = { '%n': name, '%H': host, '%%': '%' };
  for (const { 0: specifier, index } of value.matchAll(/%.?/gsu)) {
    if (known[specifier] === undefined) return { wrong: specifier, offset: index };
  }
  return replaced(value, (specifier) => known[specifier] ?? specifier);
}

/** Expands %n in a value whose other specifiers systemd expands. */
export const expandForUnit = (value: string, { name }: Specifiers): Expanded =>
  replaced(value, (specifier) => (specifier === '%n' ? name : specifier));

/** Replaces each `%` with the character after it. */
function replaced(value: string, meaning: (specifier: string) => string): Expanded {
  const specifiers = /%./gsu;
  return {
    text: value.replace(specifiers, meaning),
    written(offset) {
      let grown = 0;
      for (const { 0: specifier, index } of value.matchAll(specifiers)) {
        const { length } = meaning(specifier);
        if (offset < index + grown) break;
        if (offset < index + grown + length) return index;
        grown += length - specifier.length;
      }
      return offset - grown;
    },
  };
}
