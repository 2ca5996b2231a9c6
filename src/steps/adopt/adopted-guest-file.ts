import { isImageName } from '../../config/origin.ts';
import { guestFileOf } from '../../config/paths.ts';
import { Failure } from '../../host/failure.ts';
import type { Keyfile } from '../../ostree/keyfile.ts';
import { isChecksum } from '../../ostree/names.ts';

/** Returns the guest file for the origin of an adopted deployment, also of rpm-ostree. */
export function guestFileText(stateroot: string, origin: Keyfile): string {
  return [
    `# Written by guestctl adopt, from the origin of the host's stateroot ${stateroot}.`,
    ...sourceLines(stateroot, origin['origin'] ?? {}),
    ...packagesLines(origin),
    '',
  ].join('\n');
}

/** Returns the lines for packages that rpm-ostree layered or removed. */
function packagesLines(origin: Keyfile): string[] {
  const names = (group: string, key: string) =>
    (origin[group]?.[key] ?? '').split(';').filter((name) => name !== '');
  const [install, remove] = [names('packages', 'requested'), names('overrides', 'remove')];
  return [
    ...(install.length + remove.length > 0 ? ['', '[Packages]'] : []),
    ...(install.length > 0 ? [`Install=${install.join(' ')}`] : []),
    ...(remove.length > 0 ? [`Remove=${remove.join(' ')}`] : []),
  ];
}

function sourceLines(stateroot: string, origin: Keyfile[string]): string[] {
  // With layered packages the key is baserefspec.
  const refspec = origin['refspec'] ?? origin['baserefspec'] ?? '';
  if (/^[^:]+:[^:]+$/.test(refspec)) return ['[Guest]', `Ref=${refspec}`];
  // A local ref: the host's own repository becomes the remote.
  if (refspec !== '' && !isChecksum(refspec))
    return ['[Guest]', `Ref=host:${refspec}`, '', '[Remote]', 'URL=file:///ostree/repo'];
  const image = imageOf(origin['container-image-reference'] ?? '');
  if (image !== undefined) return ['[Guest]', `Image=${image}`];
  throw new Failure(
    `The origin of '${stateroot}' names no ref that updates could come from`,
    `Write ${guestFileOf(stateroot)} with a Ref= first, then adopt it`,
  );
}

/** Image names of rpm-ostree and those of skopeo: docs/container.md of rpm-ostree. */
const references: readonly (readonly [prefix: RegExp, transport: string])[] = [
  [/^ostree-(unverified-image|image-signed|remote-image:[^:]+):(registry:)?/, ''],
  [/^ostree-(unverified-registry|remote-registry:[^:]+):/, 'docker://'],
];

function imageOf(reference: string): string | undefined {
  const [prefix, transport] = references.find(([one]) => one.test(reference)) ?? [];
  if (prefix === undefined) return undefined;
  const name = reference.replace(prefix, transport ?? '');
  return isImageName(name) ? name : `docker://${name}`;
}
