import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import type { Values } from '../../config/values.ts';
import type { Generated } from '../../generator/generated.ts';
import { writeUnits } from '../../generator/write.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';

/** Of which units are made: a guest or a build. */
interface Declared {
  readonly file: string;
  readonly values: Values;
}

/** Lets systemd read units, made somewhere else, as it would read them. */
export async function verifyUnits(
  declared: Declared,
  generated: readonly Generated[],
  units: readonly string[],
): Promise<Problem[]> {
  // The real path, because that is what systemd names: on OSTree systems /tmp is a link.
  const output = realpathSync(mkdtempSync(`${tmpdir()}/ostree-guests-`));
  try {
    writeUnits(nodeFiles, output, generated);
    // The colon adds the host's own directories: systemd.unit(5), $SYSTEMD_UNIT_PATH.
    const env = { SYSTEMD_UNIT_PATH: `${output}:` };
    const options = ['verify', '--man=no', '--recursive-errors=one'];
    const { stderr } = await run('systemd-analyze', [...options, ...units], { env });
    const problems = stderr
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [problemOf(declared, output, line)]));
    // What it says of a unit as a whole is mostly what follows from a line.
    const ofLines = problems.filter(({ at }) => at.line > 1);
    return ofLines.length > 0 ? ofLines : problems;
  } finally {
    rmSync(output, { recursive: true });
  }
}

/** `FILE:LINE: TEXT` of a file that we made is led back to where its line came from. */
function problemOf({ file: source, values }: Declared, output: string, line: string): Problem {
  const [, file, number, text] = /^(.*?):(\d+): (.*)$/.exec(line) ?? [];
  const at = topOf(source);
  if (!file?.startsWith(output) || text === undefined) return { at, message: `systemd says: ${line}` };
  const written = readFileSync(file, 'utf8').split('\n')[Number(number) - 1];
  const setting = values.settings.find(({ key, value }) => `${key}=${value}` === written);
  return { at: setting?.at ?? at, message: `systemd says: ${text}` };
}
