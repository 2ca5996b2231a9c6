/** What a drop-in has in its sections, in order. */
export interface Parts {
  readonly unit?: readonly Setting[];
  readonly service?: readonly Setting[];
  readonly timer?: readonly Setting[];
}
export type Setting = readonly [key: string, value: string];

const header =
  '# Made by ostree-guests-generator. Edit the guest file named below instead, then: systemctl daemon-reload';

/** The text of a drop-in that was made of a file. */
export const unitText = (file: string, { unit = [], service = [], timer = [] }: Parts): string =>
  `${header}\n\n[Unit]\nSourcePath=${file}\n${lines(unit)}${section('Service', service)}${section('Timer', timer)}`;

const section = (name: string, settings: readonly Setting[]): string =>
  settings.length > 0 ? `\n[${name}]\n${lines(settings)}` : '';

function lines(settings: readonly Setting[]): string {
  let text = '';
  for (const [key, value] of settings) text += `${key}=${value}\n`;
  return text;
}

export const isEmpty = ({ unit, service, timer }: Parts): boolean =>
  !unit?.length && !service?.length && !timer?.length;

/** Literal text in a setting that expands specifiers: systemd.unit(5), SPECIFIERS. */
export const literal = (text: string): string => text.replaceAll('%', '%%');
