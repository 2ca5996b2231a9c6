// What a guest can be built with: builds that are declared, and templates, which are copied first.
import type { ToldBuild, ToldTemplate } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { problemWords } from './edited-file.ts';

export interface TreeChoice {
  readonly name: string;
  readonly label: string;
  /** Where it comes from. */
  readonly hint: string;
  /** Why this host cannot build it; empty if it can, or if only the attempt would tell. */
  readonly mistake: string;
}

/** The builds of the host come first. A template of the same name is not used. */
export function treeChoices(
  templates: readonly ToldTemplate[],
  builds: readonly ToldBuild[],
): readonly TreeChoice[] {
  const declared = builds.map(({ name, description, file, mistakes }) => ({
    name,
    label: labelOf(name, description),
    hint: t('Declared on this host: {file}', { file }),
    mistake: mistakes.join('\n'),
  }));
  const copied = templates
    .filter(({ name, build }) => build === null && !builds.some((one) => one.name === name))
    .map(({ name, description, file, problems }) => ({
      name,
      label: labelOf(name, description),
      hint: t('A template: {file}', { file }),
      mistake: problems.map(problemWords).join('\n'),
    }));
  return [...declared, ...copied];
}

const labelOf = (name: string, description: string): string =>
  description === '' ? name : `${name}: ${description}`;
