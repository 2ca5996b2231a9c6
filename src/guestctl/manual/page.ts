import { heading, roff } from './roff.ts';

/** A page of the manual: `guestctl(1)`. */
export interface Page {
  readonly name: string;
  readonly section: 1 | 5 | 7 | 8;
  readonly summary: string;
  /** Lines of roff, after NAME. */
  readonly body: readonly string[];
  readonly seeAlso: string;
}

export const pageFile = ({ name, section }: Page): string => `${name}.${section}`;

export function pageText({ name, section, summary, body, seeAlso }: Page, version: string): string {
  return `${[
    `.TH ${roff(name.toUpperCase())} ${section} "" "ostree\\-guests ${version}"`,
    `${heading('NAME')}\n${roff(`${name} - ${summary}`)}`,
    ...body,
    `${heading('SEE ALSO')}\n${roff(seeAlso)}`,
  ].join('\n')}\n`;
}

export const italic = (text: string): string => `\\fI${roff(text)}\\fR`;
export const subheading = (text: string): string => `.SS ${roff(text)}`;
