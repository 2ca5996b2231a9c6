import type { ValueType } from './types.ts';

/**
 * Checks the destination of a mount. The guest's own directories must not be hidden, and nothing
 * writable may be mounted below /usr, which is shared with the repository and with other guests.
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

/** Splits at colons that are not escaped: systemd-nspawn(1), --bind=. Any `\C` is C. */
const fields = (value: string): string[] =>
  !value.includes('\\')
    ? value.split(':')
    : [...`:${value}`.matchAll(/:((?:\\.|[^:\\])*)/gs)].map(([, field]) => field ?? '');
const unescaped = (field: string): string => field.replace(/\\(.)/gs, '$1');
const escaped = (path: string): string => path.replace(/[\\:]/g, '\\$&');

/** Removes trailing and repeated slashes. */
const normal = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');

/** Returns the path of a source on the host; undefined if nspawn creates it, or if it is in the guest's own tree (+). */
function hostPath(source: string): string | undefined {
  if (source === '' || source.startsWith('+')) return undefined;
  // nspawn resolves it against its working directory, which is / for a service.
  return normal(`/${source}`);
}

/** Returns the paths on the host in SOURCE[:DESTINATION[:OPTIONS]], or in the directories of an overlay. */
export function hostPaths(key: string, value: string): string[] {
  const parts = fields(value).map(unescaped);
  const sources = key.startsWith('Overlay') ? overlaid(parts).slice(0, -1) : parts.slice(0, 1);
  return sources.flatMap((source) => hostPath(source) ?? []);
}

/** The destination defaults to the source, also if it is empty: bind_mount_parse(). */
const bindDestination = ([source = '', destination]: string[]) => destination ?? inGuest(source);
const inGuest = (source: string) => source.replace(/^\+/, '');

/** LOWER:UPPER means LOWER:UPPER:UPPER; the last one is in the guest: systemd-nspawn(1), --overlay=; overlay_mount_parse(). */
function overlaid(parts: readonly string[]): readonly string[] {
  const [, upper = ''] = parts;
  return parts.length === 2 ? [...parts, hostPath(upper) ?? inGuest(upper)] : parts;
}

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

/** Returns the link into /var that a path leads through, if any. */
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

/** True if a key of [Files] mounts something. */
export const isMount = (key: string): boolean => mountKeys.includes(key);

/** Returns the mount point of a setting of [Files]. */
export function mountPoint(key: string, value: string): string {
  const parts = fields(value).map(unescaped);
  if (key === 'Bind' || key === 'BindReadOnly') return normal(bindDestination(parts));
  // The only key without colon-separated fields.
  if (key === 'Inaccessible') return normal(value);
  return normal((key.startsWith('Overlay') ? overlaid(parts).at(-1) : parts[0]) ?? '');
}

/** Returns the argument of nspawn's option, with the mount point below /var resolved. */
export function mountArgument(key: string, value: string): string {
  if (key === 'Inaccessible') return behindLink(normal(value));
  const parts = fields(value);
  const point = escaped(behindLink(mountPoint(key, value)));
  if (key === 'Bind' || key === 'BindReadOnly') return [parts[0], point, ...parts.slice(2)].join(':');
  if (key.startsWith('Overlay'))
    return [...(parts.length === 2 ? parts : parts.slice(0, -1)), point].join(':');
  return [point, ...parts.slice(1)].join(':');
}

const mount = (key: string, noun: string, writable: boolean, wrong?: ValueType['check']): ValueType => ({
  noun,
  check: (value) => wrong?.(value) ?? wrongDestination(mountPoint(key, value), writable),
});

/** nspawn's source_path_parse(). */
const wrongSource = (source: string): string | undefined =>
  /^\+(?!\/)/.test(source) ? "A path in the guest's tree, after +, must be absolute" : undefined;

/** Checks what nspawn checks only when it mounts: parse_mount_bind_options(). */
function wrongBind(value: string): string | undefined {
  const [source = '', , ...options] = fields(value).map(unescaped);
  const inSource = wrongSource(source);
  if (inSource) return inSource;
  const wrong = options
    .flatMap((some) => some.split(','))
    .find((one) => one !== '' && !bindOptions.includes(one));
  if (wrong === undefined) return undefined;
  return wrong === 'ro'
    ? 'Write BindReadOnly='
    : `'${wrong}' is not an option of a bind: ${bindOptions.join(', ')}`;
}
const bindOptions = ['rbind', 'norbind', 'idmap', 'noidmap', 'rootidmap', 'owneridmap'];

/** Only the upper directory of three or more may be empty: then nspawn creates a temporary one. */
function wrongOverlay(value: string): string | undefined {
  const parts = fields(value).map(unescaped);
  if (parts.length < 2) return 'An overlay takes at least two directories: LOWER:UPPER:DESTINATION';
  const lower = parts.length === 2 ? parts : parts.slice(0, -2);
  if (lower.includes('')) return 'A directory of the overlay has no name';
  return parts.map(wrongSource).find((wrong) => wrong !== undefined);
}

export const bind = mount('Bind', 'SOURCE[:DESTINATION[:OPTIONS]]', true, wrongBind);
export const bindReadOnly = mount('BindReadOnly', 'SOURCE[:DESTINATION[:OPTIONS]]', false, wrongBind);
export const overlay = mount('Overlay', 'LOWER[:…]:UPPER:DESTINATION', true, wrongOverlay);
export const overlayReadOnly = mount('OverlayReadOnly', 'LOWER[:…]:DESTINATION', false, wrongOverlay);
export const tmpfs = mount('TemporaryFileSystem', 'DESTINATION[:OPTIONS]', true);
export const masked = mount('Inaccessible', 'a path in the guest', false);
