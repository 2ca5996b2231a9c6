/** The lines `Key=Value` of each section of a drop-in, in order. */
export interface Parts {
  readonly unit?: readonly string[];
  readonly service?: readonly string[];
  readonly timer?: readonly string[];
}

/** Concatenates; skips the copy if `others` is empty, because QuickJS is slow at it. */
export const joined = (lines: readonly string[], others: readonly string[]): readonly string[] =>
  others.length === 0 ? lines : lines.concat(others);

const header =
  '# Made by ostree-guests-generator. Edit the guest file named below instead, then: systemctl daemon-reload';

/** True if the template needs no drop-in. */
export const isEmpty = ({ unit, service, timer }: Parts): boolean =>
  !unit?.length && !service?.length && !timer?.length;

/**
 * Formats a drop-in. systemd reads it up to the first line that it cannot read. So [Service],
 * whose commands come before any text of the user, comes before [Unit].
 */
export const unitText = (file: string, { unit, service, timer }: Parts): string =>
  `${header}\n${section('Service', service)}${section('Timer', timer)}\n[Unit]\nSourcePath=${file}\n${lines(unit)}`;

const lines = (some: readonly string[] | undefined): string => (some?.length ? `${some.join('\n')}\n` : '');

const section = (name: string, some: readonly string[] | undefined): string =>
  some?.length ? `\n[${name}]\n${lines(some)}` : '';

/** Escapes literal text in a setting with specifiers: systemd.unit(5), SPECIFIERS. */
export const literal = (text: string): string => text.replaceAll('%', '%%');
