import { isTaken, type Setting, sinceOf } from './container-values.ts';
import { isMeant, isMeantOfContainers, isMeantOfUnits } from './differences.ts';
import type { Question } from './oracle.ts';
import { canBeAsked, comparable, ours } from './ours.ts';
import { complaintsOf, isRight, placesOf } from './unit-values.ts';

/** The answers that are not ours, and are not meant to be otherwise. */
export function notMeant(questions: readonly Question[], answers: readonly string[]) {
  if (answers.length !== questions.length) throw new Error(`${answers.length} answers`);
  return questions.flatMap((question, index) => {
    if (!canBeAsked(question)) return [];
    const systemd = comparable(question, answers[index] ?? '');
    const here = comparable(question, ours(question));
    return systemd === here || isMeant(question) ? [] : [{ ...question, systemd, here }];
  });
}

/** The same of settings that nspawn takes or does not take. */
export function notMeantOfContainers(settings: readonly Setting[], answers: string, version: number) {
  const takes = answers
    .trim()
    .split('\n')
    .map((status) => status === '0');
  if (settings.length !== takes.length) throw new Error(`${takes.length} answers`);
  return settings.flatMap((setting, index) => {
    if (version < sinceOf(setting)) return [];
    const [systemd, here] = [takes[index] ?? false, isTaken(setting)];
    return isMeantOfContainers(setting, systemd, here) ? [] : [{ ...setting, systemd, here }];
  });
}

/** The same of settings in units. `stderr` is what systemd-analyze verify prints of the units that are made of them. */
export function notMeantOfUnits(settings: readonly Setting[], stderr: string) {
  const complaints = complaintsOf(stderr);
  if (complaints.size === 0) throw new Error(`systemd-analyze: ${stderr}`);
  const places = placesOf(settings);
  return settings.flatMap((setting, index) => {
    const says = complaints.get(places[index] ?? '');
    const here = isRight(setting);
    // Which keys a version has, the version decides.
    if (here === undefined || says?.includes('Unknown key')) return [];
    return isMeantOfUnits(setting, says === undefined, here)
      ? []
      : [{ ...setting, systemd: says ?? 'right', here }];
  });
}
