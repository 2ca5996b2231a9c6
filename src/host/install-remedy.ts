import { existsSync, readFileSync } from 'node:fs';
import { unlessMissing } from './node-files.ts';

/** What trees are made with: programs, whose packages have their names, and files by the beginning of their paths. */
const programs = [
  'bzip2',
  'debootstrap',
  'dnf',
  'dnf5',
  'gzip',
  'mkosi',
  'mmdebstrap',
  'rpm-ostree',
  'skopeo',
  'zstd',
];
const files = ['distribution-gpg-keys'];

/** Says how to get a missing program, or a missing file below /usr/share, on this host. */
export const installRemedy = (missing: string): string =>
  remedyFor(missing, {
    release: unlessMissing(() => readFileSync('/etc/os-release', 'utf8')) ?? '',
    isOstree: existsSync('/run/ostree-booted'),
  });

/** The same for a host of this os-release(5). */
export function remedyFor(missing: string, host: { release: string; isOstree: boolean }): string {
  const name = programs.includes(missing)
    ? missing
    : files.find((file) => missing.startsWith(`/usr/share/${file}/`));
  if (name === undefined) return 'Install it, or correct the name';
  const install = installer(host);
  return install === undefined ? `Install the package ${name}` : `Run: ${install} ${name}`;
}

function installer({ release, isOstree }: { release: string; isOstree: boolean }): string | undefined {
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)/gm)].flatMap(([, words = '']) =>
    words.split(' '),
  );
  if (ids.includes('debian')) return 'apt install';
  if (!ids.some((id) => ['fedora', 'rhel', 'centos'].includes(id))) return undefined;
  return isOstree ? 'rpm-ostree install' : 'dnf install';
}
