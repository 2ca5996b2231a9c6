// Reading guest and mirror files from literal text.
import { type Guest, readGuest } from '../../src/config/guest.ts';
import { type Mirror, readMirror } from '../../src/config/mirror.ts';
import { formatProblem } from '../../src/config/problem.ts';
import type { SourceFile } from '../../src/config/read.ts';

const file = 'mail.guest';
export const hostname = 'host.example.org';

export const read = (text: string, name = 'mail', more: readonly SourceFile[] = []) =>
  readGuest(name, file, [{ kind: 'guest', file, text }, ...more], () => hostname);

/** What is wrong with it, as it is printed. */
export function complaints(text: string, name?: string, more?: readonly SourceFile[]): string[] {
  const checked = read(text, name, more);
  return 'broken' in checked ? checked.broken.problems.map(formatProblem) : [];
}

/** A guest of text that is right. */
export function guestOf(text: string): Guest {
  const checked = read(text);
  if ('broken' in checked) throw new Error(checked.broken.problems.map(formatProblem).join('\n'));
  return checked.guest;
}

/** The same, of a file somewhere. */
export function readAs(path: string, text: string): Guest {
  const checked = readGuest('mail', path, [{ kind: 'guest', file: path, text }], () => hostname);
  if ('broken' in checked) throw new Error(checked.broken.problems.map(formatProblem).join('\n'));
  return checked.guest;
}

/** A mirror of text that is right. */
export function mirrorOf(text: string, name = 'site'): Mirror {
  const path = `/etc/ostree-guests/${name}.mirror`;
  const checked = readMirror(name, path, [{ kind: 'mirror', file: path, text }], () => hostname);
  if ('broken' in checked) throw new Error(checked.broken.problems.map(formatProblem).join('\n'));
  return checked.mirror;
}
