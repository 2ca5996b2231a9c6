import type { ValueType } from './types.ts';

/**
 * Where a guest file may mount something in the guest. The guest's own directories must not be hidden, and nothing
 * writable may come under /usr, which is shared with the repository and with other guests.
 */
function wrongDestination(destination: string, writable: boolean): string | undefined {
  const path = destination.replace(/\/+$/, '') || '/';
  if (!path.startsWith('/') || /\/\.\.?(\/|$)/.test(path))
    return "The place in the guest must be an absolute path, without '..'";
  if (['/', '/usr', '/etc', '/var', '/sysroot', '/run', '/proc', '/sys', '/dev'].includes(path)) {
    return `It would hide the guest's own ${path}`;
  }
  if (path.startsWith('/usr/') && writable)
    return "A guest's /usr is read-only: it is shared with the repository";
  return undefined;
}

/** Split at colons, of which `\:` is none: systemd-nspawn(1), --bind=. */
const fields = (value: string): string[] => value.split(/(?<!\\):/);

const destinationType = (
  noun: string,
  writable: boolean,
  destination: (parts: string[]) => string,
): ValueType => ({
  noun,
  check: (value) => wrongDestination(destination(fields(value)), writable),
});

/** SOURCE[:DESTINATION[:OPTIONS]]; a source may begin with `+` or `-`. */
const bindDestination = ([source = '', destination]: string[]) => destination || source.replace(/^[-+]+/, '');

export const bind = destinationType('SOURCE[:DESTINATION[:OPTIONS]]', true, bindDestination);
export const bindReadOnly = destinationType('SOURCE[:DESTINATION[:OPTIONS]]', false, bindDestination);
export const overlay = destinationType('LOWER[:…]:UPPER:DESTINATION', true, (parts) => parts.at(-1) ?? '');
export const overlayReadOnly = destinationType('LOWER[:…]:DESTINATION', false, (parts) => parts.at(-1) ?? '');
export const tmpfs = destinationType('DESTINATION[:OPTIONS]', true, ([destination = '']) => destination);
export const masked = destinationType('a path in the guest', false, ([destination = '']) => destination);
