import type { ValueType } from './types.ts';

/**
 * Where a guest file may mount something in the guest. The guest's own directories must not be hidden, and nothing
 * writable may come under /usr, which is shared with the repository and with other guests.
 */
function wrongDestination(destination: string, writable: boolean): string | undefined {
  const path = behindLink(destination);
  if (!path.startsWith('/') || /\/\.\.?(\/|$)/.test(path))
    return "The place in the guest must be an absolute path, without '..'";
  if (['/', '/usr', '/etc', '/var', '/sysroot', '/run', '/proc', '/sys', '/dev'].includes(path)) {
    return `It would hide the guest's own ${path}`;
  }
  if (/^\/(usr|bin|sbin|lib\w*)\//.test(`${path}/`) && writable)
    return "A guest's /usr is read-only: it is shared with the repository";
  return undefined;
}

/** Split at colons, of which `\:` is none: systemd-nspawn(1), --bind=. Any `\C` is C. */
const fields = (value: string): string[] =>
  [...value.matchAll(/(?:^|:)((?:\\.|[^:\\])*)/gs)].map(([, field]) => field ?? '');
const unescaped = (field: string): string => field.replace(/\\(.)/gs, '$1');
const escaped = (path: string): string => path.replace(/[\\:]/g, '\\$&');

/** Without what makes no difference: slashes in the end, and more than one of them. */
const normal = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');

/** SOURCE[:DESTINATION[:OPTIONS]]; a source may begin with `+` or `-`. */
export const bindSource = (value: string): string => unescaped(fields(value)[0] ?? '');
const bindDestination = ([source = '', destination]: string[]) => destination || source.replace(/^[-+]+/, '');

/**
 * Directories of a guest that are links into /var in trees made for OSTree ("Adapting existing mainstream
 * distributions" in its manual). nspawn mounts in the order of the paths: what is mounted below one of these
 * would be hidden by /var, which comes later.
 */
export const varLinks: Readonly<Record<string, string>> = {
  '/home': '/var/home',
  '/mnt': '/var/mnt',
  '/opt': '/var/opt',
  '/root': '/var/roothome',
  '/srv': '/var/srv',
  '/usr/local': '/var/usrlocal',
};

/** The link that a path leads through, if it is one of those. */
export const varLinkOf = (path: string): string | undefined =>
  Object.keys(varLinks).find((link) => path === link || path.startsWith(`${link}/`));

const behindLink = (path: string): string => {
  const link = varLinkOf(path);
  return link === undefined ? path : varLinks[link] + path.slice(link.length);
};

const mountKeys = [
  'Bind',
  'BindReadOnly',
  'TemporaryFileSystem',
  'Inaccessible',
  'Overlay',
  'OverlayReadOnly',
];

/** Whether a key of [Files] mounts something. */
export const isMount = (key: string): boolean => mountKeys.includes(key);

/** Where a mount of [Files] goes. */
export function mountPoint(key: string, value: string): string {
  const parts = fields(value).map(unescaped);
  if (key === 'Bind' || key === 'BindReadOnly') return normal(bindDestination(parts));
  return normal((key.startsWith('Overlay') ? parts.at(-1) : parts[0]) ?? '');
}

/** The argument of nspawn's option, with the mount point where it really is. */
export function mountArgument(key: string, value: string): string {
  const parts = fields(value);
  const point = escaped(behindLink(mountPoint(key, value)));
  if (key === 'Bind' || key === 'BindReadOnly') return [parts[0], point, ...parts.slice(2)].join(':');
  if (key.startsWith('Overlay')) return [...parts.slice(0, -1), point].join(':');
  return [point, ...parts.slice(1)].join(':');
}

const mount = (key: string, noun: string, writable: boolean): ValueType => ({
  noun,
  check: (value) => wrongDestination(mountPoint(key, value), writable),
});

export const bind = mount('Bind', 'SOURCE[:DESTINATION[:OPTIONS]]', true);
export const bindReadOnly = mount('BindReadOnly', 'SOURCE[:DESTINATION[:OPTIONS]]', false);
export const overlay = mount('Overlay', 'LOWER[:…]:UPPER:DESTINATION', true);
export const overlayReadOnly = mount('OverlayReadOnly', 'LOWER[:…]:DESTINATION', false);
export const tmpfs = mount('TemporaryFileSystem', 'DESTINATION[:OPTIONS]', true);
export const masked = mount('Inaccessible', 'a path in the guest', false);
