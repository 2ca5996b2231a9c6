import { Failure } from '../host/failure.ts';

/** The options of `guestctl create`. */
export interface NewGuest {
  readonly ref?: string;
  readonly url?: string;
  readonly gpgKey?: string;
  readonly image?: string;
  readonly build?: string;
  readonly description?: string;
  /** Lists of packages, with commas or blanks in between. */
  readonly install?: readonly string[];
  /** Values of Port=. */
  readonly port?: readonly string[];
  /** The text of a file of public keys. */
  readonly keys?: string;
  /** More settings, SECTION.KEY=VALUE. */
  readonly set?: readonly string[];
}

/** Returns the guest file for these options. */
export function newGuestText(options: NewGuest): string {
  const { ref, url, gpgKey, image, build, description, install = [], port = [], keys, set = [] } = options;
  const packages = install.flatMap((list) => list.split(/[\s,]+/)).filter(Boolean);
  const settings: [section: string, line: string][] = [
    ...settingOf('Guest', 'Description', description),
    ...settingOf('Guest', 'Ref', ref),
    ...settingOf('Guest', 'Image', image === undefined ? undefined : imageOf(image)),
    ...settingOf('Guest', 'Build', build),
    ...settingOf('Remote', 'URL', url),
    ...settingOf('Remote', 'GPGKeyPath', gpgKey),
    ...settingOf('Packages', 'Install', packages.length > 0 ? packages.join(' ') : undefined),
    ...port.flatMap((value) => settingOf('Network', 'Port', value)),
    ...settingOf('Service', 'SetCredential', keys === undefined ? undefined : keysCredential(keys)),
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

/** Takes REGISTRY/NAME for an image of a registry, as podman(1) does. A name without a registry stays: it could be of any. */
const imageOf = (image: string): string =>
  /^(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?\/|^[\w-]+:\d+\//.test(image) ? `docker://${image}` : image;

function parseSetting(text: string): [string, string] {
  const [, section, line] = /^(\w+)\.(\w+=.*)$/s.exec(text) ?? [];
  if (section === undefined || line === undefined)
    throw new Failure(
      `'${text}' is not a setting`,
      'Write it as SECTION.KEY=VALUE: Update.OnCalendar=weekly',
    );
  return [section, line];
}

/**
 * Returns the value of SetCredential= that gives the guest's root these keys at its first start: systemd.system-credentials(7).
 * The keys are in the guest file, so that the guest still starts when the file that they came from is gone.
 */
function keysCredential(text: string): string {
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const wrong = keys.find((line) => !publicKey.test(line));
  if (keys.length === 0 || wrong !== undefined)
    throw new Failure(
      'This is not a file of public SSH keys',
      'Give the file that ends in .pub, such as: --ssh-key ~/.ssh/id_ed25519.pub',
    );
  const escaped = keys.map((line) => `${line.replaceAll('\\', '\\\\').replaceAll('%', '%%')}\\n`);
  return `ssh.authorized_keys.root:${escaped.join('')}`;
}

/** A line of sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
const publicKey = /(^|\s)(ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+ [A-Za-z0-9+/]+=*(\s|$)/;
