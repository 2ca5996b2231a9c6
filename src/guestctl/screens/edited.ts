import type { Screen, Style } from '../screen.ts';
import type { Unapplied } from '../unapplied.ts';
import type { UnitChange } from '../unit-changes.ts';

/** What an edit of a guest file changes. */
export interface Edited {
  readonly name: string;
  /** The file that is written. */
  readonly file: string;
  readonly isChanged: boolean;
  readonly units: readonly UnitChange[];
  /** The steps that the guest needs to follow its file. */
  readonly needs: EditNeeds;
  /** What to do then, for people. */
  readonly next: string;
}

export interface EditNeeds extends Pick<Unapplied, 'update' | 'reboot'> {
  /** The guest does not exist yet. */
  readonly create: boolean;
}

/** Says what would be done. */
export function editedText({ file, isChanged, units, next }: Edited, screen: Screen): string {
  if (!isChanged) return 'unchanged';
  const ofUnits = units.flatMap(({ path, change, diff }) => [
    `\n${path}: would be ${change}`,
    ...diff
      .trimEnd()
      .split('\n')
      .map((line) => painted(line, screen)),
  ]);
  return [
    `${file}: would be changed. ${next}`,
    ...(units.length > 0 ? ofUnits : ['No unit would change']),
  ].join('\n');
}

const styles: Readonly<Record<string, Style>> = { '+': 'good', '-': 'bad' };

function painted(line: string, screen: Screen): string {
  const style = styles[line.charAt(0)];
  return style ? screen.paint(style, line) : line;
}

export const editedJson = ({ file, isChanged, units, needs }: Edited) => ({
  file,
  changed: isChanged,
  units,
  needs,
});
