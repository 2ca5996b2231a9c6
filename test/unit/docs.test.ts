// The docs: lines that can be read, and no name of a file, a section, a command, a test or a version that is wrong.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readBuild } from '../../src/config/build.ts';
import { readMirror } from '../../src/config/mirror.ts';
import { makeProgram } from '../../src/guestctl/program.ts';
import { complaints, hostname } from './read.ts';

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
  expect(
    [...new Set(missing)],
    `${file} names files that do not exist: correct the names, or remove the sentences`,
  ).toEqual([]);
});

const headingsOf = (page: string): string[] =>
  text(page)
    .split('\n')
    .filter((line) => /^(#+ |(- )?\*\*)/.test(line));

test.each(pages)('%s names sections that exist', (file) => {
  // [updates.md](updates.md), "Trials": a heading, or the bold beginning of a paragraph.
  const named = [...text(file).matchAll(/\]\(([\w./-]+\.md)\),\s+"([^"]+)"/g)];
  const missing = named
    .map(([, page = '', title = '']) => ({
      page: join(dirname(file), page),
      title: title.replace(/\s+/g, ' '),
    }))
    .filter(({ page, title }) => !headingsOf(page).some((line) => line.includes(title)));
  expect(missing, `${file} names sections that do not exist: use the words of a heading`).toEqual([]);
});

test('the README leads to each page', () => {
  const readme = text('README.md');
  expect(
    pages.filter((page) => page !== 'README.md' && !readme.includes(`](${page})`)),
    'Link these pages in the README, where a reader looks for them',
  ).toEqual([]);
});

const program = makeProgram('1.0');
const flagsOf = (
  options: readonly { readonly short?: string | undefined; readonly long?: string | undefined }[],
) => options.flatMap(({ short, long }) => [short, long]);

test.each(pages)('%s has commands of guestctl with options that exist', (file) => {
  const typed = [...text(file).matchAll(/\bguestctl ([a-z]+)\b([^`\n|;#"]*)/g)];
  const wrong = typed.filter(([, name = '', rest = '']) => {
    const command = program.commands.find((one) => one.name() === name);
    // Prose has other words behind the name of the program.
    if (!command) return /^ (NAME|mail|web)\b/.test(rest);
    // Words behind the name of a guest belong to the command in it.
    const own = ['exec', 'shell', 'logs'].includes(name) ? '' : rest;
    const known = flagsOf([...command.options, ...program.options]);
    const flags = [...own.matchAll(/(?<=\s)(-\w|--[a-z][\w-]*)/g)].map(([flag]) => flag);
    return flags.some((flag) => !known.includes(flag));
  });
  expect(
    wrong.map(([command]) => command),
    `${file} has commands or options that guestctl does not know: correct them`,
  ).toEqual([]);
});

/** The examples of files: blocks of `ini`. */
const examples = pages.flatMap((page) =>
  [...text(page).matchAll(/^ *```ini\n(.*?)^ *```$/gms)].map(([, block = '']) => [page, block] as const),
);

test.each(examples)('%s has no example with a mistake', (page, block) => {
  const mend = `Correct this block of ${page}, or mark it as another language than ini:\n${block}`;
  if (/^\[Publish\]$/m.test(block)) {
    const recipe = /^\[Build\]$/m.test(block) ? '' : '[Build]\nCommand=true\n';
    const source = { kind: 'build', file: 'a.build', text: recipe + block } as const;
    expect(
      readBuild('a', 'a.build', [source], () => hostname),
      mend,
    ).toHaveProperty('build');
  } else if (/^\[Mirror\]$/m.test(block)) {
    const source = { kind: 'mirror', file: 'a.mirror', text: block } as const;
    expect(
      readMirror('a', 'a.mirror', [source], () => hostname),
      mend,
    ).toHaveProperty('mirror');
  } else
    expect(complaints(/^\[Guest\]$/m.test(block) ? block : `[Guest]\nRef=a:b\n${block}`), mend).toEqual([]);
});

test('package.json, CHANGELOG.md and the Debian package are of one version', () => {
  const { version } = JSON.parse(text('package.json')) as { version: string };
  const [, changelog] = /^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$/m.exec(text('CHANGELOG.md')) ?? [];
  const [, debian] = /^ostree-guests \((.*)-\d+\)/.exec(text('packaging/debian/changelog')) ?? [];
  expect(
    { changelog, debian },
    'Put one version into package.json, CHANGELOG.md and packaging/debian/changelog',
  ).toEqual({ changelog: version, debian: version });
});
