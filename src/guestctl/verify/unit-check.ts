import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import type { Values } from '../../config/values.ts';
import type { Generated } from '../../generator/generated.ts';
import { writeUnits } from '../../generator/write.ts';
import { fewAtATime } from '../../host/few-at-a-time.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { run } from '../../host/process.ts';

/** A guest or a build, and its units. */
export interface WithUnits {
  readonly file: string;
  readonly values: Values;
  readonly generated: readonly Generated[];
  /** The names of the units to check. */
  readonly units: readonly string[];
}

/** Has systemd read units in a temporary directory. Returns the problems of each entry, in the same order; none for undefined. */
export async function verifyUnits(declared: readonly (WithUnits | undefined)[]): Promise<Problem[][]> {
  const found = new Map<WithUnits, Problem[]>();
  await fewAtATime(inBatches(declared.filter((one) => one !== undefined)), async (batch) => {
    const problems = await verifyTogether(batch);
    for (const [at, one] of batch.entries()) found.set(one, problems[at] ?? []);
  });
  return declared.map((one) => (one && found.get(one)) ?? []);
}

/** The number of units in one run. Each run loads all enabled units of the host; its time grows with the square of this number. */
const most = 500;

/** Splits the units into runs. Two units of one name, such as of a guest and of a draft of it, are checked in different runs. */
export function inBatches<T extends Pick<WithUnits, 'units'>>(declared: readonly T[]): T[][] {
  const batches: { readonly units: Set<string>; readonly members: T[] }[] = [];
  for (const one of declared) {
    const fits = batches.find(({ units }) => units.size < most && !one.units.some((unit) => units.has(unit)));
    const batch = fits ?? { units: new Set(), members: [] };
    if (!fits) batches.push(batch);
    for (const unit of one.units) batch.units.add(unit);
    batch.members.push(one);
  }
  return batches.map(({ members }) => members);
}

/** systemd-analyze(1), verify. */
async function verifyTogether(declared: readonly WithUnits[]): Promise<Problem[][]> {
  // systemd prints the real path. On OSTree systems /tmp is a link.
  const output = realpathSync(mkdtempSync(`${tmpdir()}/ostree-guests-`));
  try {
    for (const { generated } of declared) writeUnits(nodeFiles, output, generated);
    // The colon adds the host's own directories: systemd.unit(5), $SYSTEMD_UNIT_PATH.
    const env = { SYSTEMD_UNIT_PATH: `${output}:` };
    const options = ['verify', '--man=no', '--recursive-errors=one'];
    const units = declared.flatMap((one) => one.units);
    const finished = await run('systemd-analyze', [...options, ...units], { env });
    const said = finished.stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ line, unit: unitIn(output, line) }));
    // systemd-analyze itself failed, so it has checked nothing.
    const unnamed = finished.exitCode === 0 ? [] : said.filter(({ unit }) => unit === undefined);
    return declared.map((one) => {
      const ours = said.filter(({ unit }) => unit !== undefined && one.units.includes(unit));
      const about = ours.length > 0 ? ours : unnamed;
      return withoutConsequences(about.map(({ line }) => problemOf(one, output, line)));
    });
  } finally {
    rmSync(output, { recursive: true });
  }
}

/**
 * Returns the unit that a message of systemd is about, if it names one. systemd also reports problems of other units that it
 * loads.
 */
function unitIn(output: string, line: string): string | undefined {
  if (line.startsWith(`${output}/`))
    return line.slice(output.length + 1).replace(/(\.d)?\/.*$|:\d+:.*$/s, '');
  return /[\w:.\\@-]+\.(service|timer|mount|automount|socket|target|path|slice|scope|swap)\b/.exec(line)?.[0];
}

/** Drops messages about a unit as a whole if there is one about a line: that is usually the cause. */
function withoutConsequences(problems: readonly Problem[]): Problem[] {
  const ofLines = problems.filter(({ at }) => at.line > 1);
  return [...(ofLines.length > 0 ? ofLines : problems)];
}

/** Maps `FILE:LINE: TEXT` of a generated file to the line of the guest file that it was made from. */
function problemOf({ file: source, values }: WithUnits, output: string, line: string): Problem {
  const [, file, number, text] = /^(.*?):(\d+): (.*)$/.exec(line) ?? [];
  const at = topOf(source);
  if (!file?.startsWith(output) || text === undefined) return { at, message: `systemd says: ${line}` };
  const written = readFileSync(file, 'utf8').split('\n')[Number(number) - 1];
  const setting = values.settings.find(({ key, value }) => `${key}=${value}` === written);
  return { at: setting?.at ?? at, message: `systemd says: ${text}` };
}
