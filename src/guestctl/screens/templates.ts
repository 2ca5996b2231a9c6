import type { Screen } from '../screen.ts';
import type { Template } from '../templates.ts';
import { type Column, table } from './table.ts';

export const templatesText = (templates: readonly Template[], screen: Screen): string =>
  templates.length === 0 ? 'No templates' : table(columns, templates, screen);

const columns: readonly Column<Template>[] = [
  { title: 'TEMPLATE', cell: ({ name }) => name },
  { title: 'DESCRIPTION', cell: ({ description }) => description, shrinks: true },
  {
    title: 'STATE',
    cell: stateWords,
    style: ({ problems }) => (problems.length > 0 ? 'warn' : undefined),
  },
  { title: 'FILE', cell: ({ file }) => file, wide: true },
];

function stateWords({ build, problems: [problem] }: Template): string {
  if (build !== undefined) return `declared: ${build}`;
  if (!problem) return 'ready';
  return problem.remedy ? `${problem.message}. ${problem.remedy}` : problem.message;
}

export const templateJson = ({ name, description, file, build, problems }: Template) => ({
  name,
  description,
  file,
  build: build ?? null,
  problems: problems.map(({ message, remedy }) => ({ message, remedy: remedy ?? null })),
});
