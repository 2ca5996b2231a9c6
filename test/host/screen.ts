// What the demo shows: chapters, narration, and a terminal session with its real output.
import type { Host, Result } from './host.ts';

const { stdout, env } = process;
const styled = Boolean(stdout.isTTY) && !env['NO_COLOR'];
const style = (code: number) => (text: string) => (styled ? `\x1b[${code}m${text}\x1b[0m` : text);
const bold = style(1);
const green = style(32);
const red = style(31);

const columns = 96;
const margin = '  ';
/** Output is wider than prose: the tables of guestctl fit. */
const outputColumns = 102;

export function print(text = ''): void {
  stdout.write(`${text}\n`);
}

export function chapter(title: string): void {
  print(bold(`\n── ${title} ${'─'.repeat(columns - title.length - 4)}\n`));
}

export function narrate(text: string): void {
  print(`${wrap(text, columns).join('\n')}\n`);
}

/** One line of a list of what was proved, or was not. */
export function verdict(holds: boolean, text: string): void {
  const [first, ...more] = wrap(text, columns - 4);
  print(`  ${holds ? green('✓') : red('✗')} ${first}`);
  for (const line of more) print(`    ${line}`);
}

export interface Terminal {
  /** Shows a command at the host's prompt, runs it there, and shows what it prints. Throws when it fails. */
  (command: string): Promise<void>;
  /** The same with a command that may fail. */
  attempt(command: string): Promise<Result>;
}

export function terminal(host: Host): Terminal {
  const attempt = async (command: string) => {
    print(`${margin}${green('host#')} ${bold(command)}`);
    const result = await host.try(command);
    const output = result.all.replaceAll('\r', '').trimEnd();
    if (output) for (const line of output.split('\n')) printOutput(line);
    print();
    return result;
  };
  const run = async (command: string) => {
    const { exitCode } = await attempt(command);
    if (exitCode !== 0) throw new Error(`That should not have failed, but did, with exit code ${exitCode}.`);
  };
  return Object.assign(run, { attempt });
}

/** A longer line is folded as a terminal does it, but between words. */
function printOutput(line: string): void {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const [first = '', ...more] = wrap(
    line.slice(indent.length),
    outputColumns - margin.length - indent.length,
  );
  print(`${margin}${indent}${first}`.trimEnd());
  for (const rest of more) print(`${margin}${indent}    ${rest}`);
}

/** Folds a line between words; what fits stays as it is. */
function wrap(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const space = text.lastIndexOf(' ', width);
  const end = space > 0 ? space : text.indexOf(' ', width);
  return end < 0 ? [text] : [text.slice(0, end), ...wrap(text.slice(end + 1), width)];
}
