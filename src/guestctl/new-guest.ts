import { Failure } from '../host/failure.ts';

/** The options of `guestctl create`. */
export interface NewGuest {
  readonly ref?: string;
  readonly url?: string;
  readonly gpgKey?: string;
  readonly description?: string;
  /** More settings, SECTION.KEY=VALUE. */
  readonly set?: readonly string[];
}

/** Returns the guest file for these options. */
export function newGuestText({ ref, url, gpgKey, description, set = [] }: NewGuest): string {
  const settings: [section: string, line: string][] = [
    ...settingOf('Guest', 'Description', description),
    ...settingOf('Guest', 'Ref', ref),
    ...settingOf('Remote', 'URL', url),
    ...settingOf('Remote', 'GPGKeyPath', gpgKey),
    ...set.map(parseSetting),
  ];
  const sections = [...new Set(settings.map(([section]) => section))];
  const parts = sections.map((section) =>
    [`[${section}]`, ...settings.filter(([of]) => of === section).map(([, line]) => line)].join('\n'),
  );
  return `${parts.join('\n\n')}\n`;
}

const settingOf = (section: string, key: string, value: string | undefined): [string, string][] =>
  value === undefined ? [] : [[section, `${key}=${value}`]];

function parseSetting(text: string): [string, string] {
  const [, section, line] = /^(\w+)\.(\w+=.*)$/s.exec(text) ?? [];
  if (section === undefined || line === undefined)
    throw new Failure(
      `'${text}' is not a setting`,
      'Write it as SECTION.KEY=VALUE: Update.OnCalendar=weekly',
    );
  return [section, line];
}
