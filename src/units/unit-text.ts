/** One section of a unit file: its name and its settings in order. */
export type Section = readonly [name: string, settings: readonly Setting[]];
export type Setting = readonly [key: string, value: string];

const header =
  '# Made by ostree-guests-generator. Edit the guest file named below instead, then: systemctl daemon-reload';

/** The text of a unit file. */
export function unitText(sections: readonly Section[]): string {
  const parts = sections.map(([name, settings]) =>
    [`[${name}]`, ...settings.map(([key, value]) => `${key}=${value}`), ''].join('\n'),
  );
  return `${header}\n\n${parts.join('\n')}`;
}

/** Literal text in a setting that expands specifiers: systemd.unit(5), SPECIFIERS. */
export const literal = (text: string): string => text.replaceAll('%', '%%');
