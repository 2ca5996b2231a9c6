/** What a drop-in has in its sections: lines `Key=Value`, in order. */
export interface Parts {
  readonly unit?: readonly string[];
  readonly service?: readonly string[];
  readonly timer?: readonly string[];
}

/** Lines, of which mostly there are no others: QuickJS takes long for joining arrays. */
export const joined = (lines: readonly string[], others: readonly string[]): readonly string[] =>
  others.length === 0 ? lines : lines.concat(others);

const header =
  '# Made by ostree-guests-generator. Edit the guest file named below instead, then: systemctl daemon-reload';

/** Whether the template does for it. */
export const isEmpty = ({ unit, service, timer }: Parts): boolean =>
  !unit?.length && !service?.length && !timer?.length;

/**
 * The text of a drop-in that was made of a file. systemd reads one up to the first line that it cannot read. So [Service],
 * in which what starts stands before any text of the user, comes before [Unit], in which it does not.
 */
export const unitText = (file: string, { unit, service, timer }: Parts): string =>
  `${header}\n${section('Service', service)}${section('Timer', timer)}\n[Unit]\nSourcePath=${file}\n${lines(unit)}`;

const lines = (some: readonly string[] | undefined): string => (some?.length ? `${some.join('\n')}\n` : '');

const section = (name: string, some: readonly string[] | undefined): string =>
  some?.length ? `\n[${name}]\n${lines(some)}` : '';

/** Literal text in a setting that expands specifiers: systemd.unit(5), SPECIFIERS. */
export const literal = (text: string): string => text.replaceAll('%', '%%');
