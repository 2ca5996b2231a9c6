// How `guestctl verify` prints problems, and what `guestctl cat` prints.
import { expect, test } from 'vitest';
import { mergedText } from '../../src/guestctl/screens/merged.ts';
import { githubCommands, problemJson, problemsText } from '../../src/guestctl/screens/problems.ts';
import { screen } from './overviews.ts';

const text = '\uFEFF[Guest]\r\n\tRef = x\r\n\r\nDescription=100% sure';
const files = { read: (file: string) => (file === '/etc/a,b.guest' ? text : undefined) };
const at = (line: number, column: number, file = '/etc/a,b.guest') => ({ file, line, column });
const problems = [
  { at: at(2, 8), message: "'x' is not right for Ref=", remedy: 'Expected REMOTE:REF' },
  { at: at(4, 16), message: "'% ' is not a specifier" },
  { at: at(3, 1), message: 'of a blank line' },
  { at: at(9, 1), message: 'of a line that is not there' },
  { at: at(1, 1, '/etc/gone.guest'), message: 'of a file that is not there' },
];

const asText = (all: typeof problems) => problemsText(all, files);

test.each<[string, (all: typeof problems) => string, string]>([
  [
    'text',
    asText,
    `
      /etc/a,b.guest:2:8: 'x' is not right for Ref=. Expected REMOTE:REF
          \tRef = x
          \t      ^
      /etc/a,b.guest:4:16: '% ' is not a specifier
          Description=100% sure
                         ^
      /etc/a,b.guest:3:1: of a blank line
      /etc/a,b.guest:9:1: of a line that is not there
      /etc/gone.guest:1:1: of a file that is not there
    `,
  ],
  [
    'github',
    githubCommands,
    `
      ::error file=/etc/a%2Cb.guest,line=2,col=8::'x' is not right for Ref=. Expected REMOTE:REF
      ::error file=/etc/a%2Cb.guest,line=4,col=16::'%25 ' is not a specifier
      ::error file=/etc/a%2Cb.guest,line=3,col=1::of a blank line
      ::error file=/etc/a%2Cb.guest,line=9,col=1::of a line that is not there
      ::error file=/etc/gone.guest,line=1,col=1::of a file that is not there
    `,
  ],
])('problems as %s', (_, format, printed) => {
  expect(format(problems)).toBe(screen(printed));
});

test('problems as json', () => {
  expect(problems.slice(0, 2).map(problemJson)).toEqual([
    { ...at(2, 8), message: "'x' is not right for Ref=", remedy: 'Expected REMOTE:REF' },
    { ...at(4, 16), message: "'% ' is not a specifier", remedy: null },
  ]);
});

test.each([asText, githubCommands])('no problem is nothing', (format) => {
  expect(format([])).toBe('');
});

test('a guest file and its drop-ins as one, section by section, with where each line is from', () => {
  const sources = [
    { file: '/etc/a.guest', text: '# why\n[Guest]\nRef = site:x\n[Update]\nOnCalendar=daily\n' },
    {
      file: '/etc/a.guest.d/10.conf',
      text: '[Update]\nOnCalendar=\nOnCalendar=\\\n  weekly\n[Guest]\nDescription=A\n',
    },
  ] as const;
  expect(mergedText(sources.map((source) => ({ kind: 'guest', ...source })))).toBe(
    screen(`
      [Guest]
      # /etc/a.guest:3
      Ref=site:x
      # /etc/a.guest.d/10.conf:6
      Description=A

      [Update]
      # /etc/a.guest:5
      OnCalendar=daily
      # /etc/a.guest.d/10.conf:2
      OnCalendar=
      # /etc/a.guest.d/10.conf:3
      OnCalendar=weekly
    `),
  );
});
