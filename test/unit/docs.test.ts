// The docs: lines that can be read, and no name of a file, a test or a version that is wrong.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...namesIn('docs', '.md')];
const text = (file: string): string => readFileSync(file, 'utf8');

function namesIn(directory: string, ending: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(directory, name));
}

/** The lines of prose with their numbers: no code, nothing that a program wrote, and no rows of tables, which cannot be wrapped. */
function proseOf(file: string): [number: number, line: string][] {
  let isCode = false;
  let isGenerated = false;
  return text(file)
    .split('\n')
    .map((line, index): [number, string] => [index + 1, line])
    .filter(([, line]) => {
      const isFence = line.startsWith('```');
      if (isFence) isCode = !isCode;
      if (line.startsWith('<!-- ')) isGenerated = !line.startsWith('<!-- end');
      return !isCode && !isFence && !isGenerated && !/^(\|| {4})/.test(line);
    });
}

test.each(pages)('%s has no line over 100 characters', (file) => {
  const long = proseOf(file).filter(([, line]) => line.length > 100);
  expect(
    long.map(([number]) => `wrap ${file}:${number}`),
    'Lines of docs have at most 100 characters; tables and code may have more',
  ).toEqual([]);
});

const tests = namesIn('test', '.ts');

test.each(pages)('%s names files and links that exist', (file) => {
  // In code that is not shell: `src/config/read.ts`, and `verdict.test.ts` or `attacks/data.test.ts` by itself.
  const words = [...text(file).matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(' '));
  const paths = words.filter(
    (word) =>
      /^(bench|docs|generators|packaging|src|test|units)\/[\w./@-]*$/.test(word) && !word.includes('NAME'),
  );
  const named = words.filter((word) => /^[\w/-]+\.test\.ts$/.test(word) && !paths.includes(word));
  const links = [...text(file).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(([, path = '']) =>
    join(dirname(file), path),
  );
  const missing = [
    ...[...paths, ...links].filter((path) => !existsSync(path)),
    ...named.filter((name) => !tests.some((path) => path.endsWith(`/${name}`))),
  ];
  expect([...new Set(missing)], `${file} names what is not there: correct it`).toEqual([]);
});

test('package.json, CHANGELOG.md and the Debian package are of one version', () => {
  const { version } = JSON.parse(text('package.json')) as { version: string };
  const [, changelog] = /^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$/m.exec(text('CHANGELOG.md')) ?? [];
  const [, debian] = /^ostree-guests \((.*)-\d+\)/.exec(text('packaging/debian/changelog')) ?? [];
  expect({ changelog, debian }).toEqual({ changelog: version, debian: version });
});
