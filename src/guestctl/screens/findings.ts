import { printableLine } from '../../host/printable.ts';
import type { Finding } from '../../machine/finding.ts';
import type { Screen, Style } from '../screen.ts';

const signs: Readonly<Record<Finding['state'], readonly [sign: string, style: Style]>> = {
  good: ['ok', 'good'],
  warning: ['see', 'warn'],
  bad: ['BAD', 'bad'],
};

/** Prints a line for each finding, and one with its remedy. */
export function findingsText(findings: readonly Finding[], screen: Screen): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .flatMap(({ check, state, message, remedy }) => {
      const [sign, style] = signs[state];
      const line = `${screen.paint(style, sign.padStart(4))}  ${check.padEnd(width)}  ${printableLine(message)}`;
      return remedy ? [line, `${' '.repeat(width + 8)}${printableLine(remedy)}`] : [line];
    })
    .join('\n');
}

export const findingJson = ({ check, state, message, remedy }: Finding) => ({
  check,
  state,
  message,
  remedy: remedy ?? null,
});
