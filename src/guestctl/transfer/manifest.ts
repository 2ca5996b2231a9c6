// What an exported guest says about itself: the first member of the archive, manifest.json. Everything in it comes from
// somebody else, and is checked before it becomes a path or a state file.

import { guestName } from '../../config/guest-name.ts';
import type { SourceFile } from '../../config/read.ts';
import { Failure } from '../../host/failure.ts';
import { type Fields, parseFields, WrongJson } from '../../host/json-fields.ts';
import { type Checksum, isChecksum } from '../../ostree/names.ts';
import { type CarriedRemote, parseCarriedRemote } from '../../trees/parts/carried-remote.ts';
import { type CarriedState, parseState } from './carried-state.ts';

/** The format that is written. Archives of a higher one are refused. */
const format = 1;

export interface Manifest {
  readonly guest: string;
  /** When it was exported, RFC 3339. */
  readonly time: string;
  /** The versions on the host that it was exported on. */
  readonly systemd: string | undefined;
  readonly ostree: string | undefined;
  /** True if the guest was running: its files are as after a power cut. */
  readonly running: boolean;
  /** True if the archive has its /var. */
  readonly var: boolean;
  readonly files: readonly DeclaredFile[];
  /** The boot list, the default first. */
  readonly deployments: readonly CarriedDeployment[];
  readonly state: CarriedState;
  /** Of a guest that manages itself. */
  readonly remotes: readonly CarriedRemote[];
  /** What was enabled: the guest itself, its update timer, and its maintenance window. */
  readonly enabled: readonly (typeof enabledKinds)[number][];
}

export const enabledKinds = ['guest', 'update', 'switch'] as const;

/** A file that declares the guest or its build. */
export interface DeclaredFile {
  readonly of: SourceFile['kind'];
  /** The name of the guest or the build. */
  readonly name: string;
  /** The name of a drop-in; undefined for the main file. */
  readonly dropIn?: string | undefined;
  /** True if the drop-in is for all guests of its host. */
  readonly shared: boolean;
  readonly text: string;
  /** True if only root could read it. */
  readonly secret: boolean;
}

interface CarriedDeployment {
  readonly checksum: Checksum;
  /** Its .origin file. */
  readonly origin: string;
}

/** The commits of a guest: those of its deployments, and the one that is staged. */
export const commitsOf = ({ deployments, state }: Pick<Manifest, 'deployments' | 'state'>): string[] => [
  ...new Set([...deployments, ...(state.staged ? [state.staged] : [])].map(({ checksum }) => checksum)),
];

/** No guest has more deployments, and an archive could name any number. */
const most = 100;

/** The largest manifest, in bytes: guest files, and keyrings of a guest that manages itself, in base64. */
export const largestManifest = 16 << 20;

/** Fails if no import would read it. */
export function manifestText(manifest: Manifest): string {
  const text = `${JSON.stringify({ format, ...manifest })}\n`;
  if (Buffer.byteLength(text) <= largestManifest) return text;
  const sizes = [
    ...manifest.files.map(
      ({ name, of, dropIn, text }) => [text, `${name}.${of}${dropIn ? `.d/${dropIn}` : ''}`] as const,
    ),
    ...manifest.remotes.map(
      (remote) => [JSON.stringify(remote), `the remote ${remote.name} and its keys`] as const,
    ),
  ].toSorted(([a], [b]) => b.length - a.length);
  throw new Failure(
    `The files and remotes of ${manifest.guest} are larger than an archive may describe (${largestManifest >> 20} MiB)`,
    `Make them smaller. The largest: ${sizes[0]?.[1] ?? 'its state'}`,
  );
}

/** Fails, and says why, if the text is not a manifest that this version can use. */
export function parseManifest(text: string): Manifest {
  try {
    const fields = parseFields(text);
    if (fields.number('format') > format)
      throw new Failure(
        `The archive was written by a newer version of ostree-guests (format ${fields.number('format')}; this version reads ${format})`,
        'Update the package: ostree-guests',
      );
    return read(fields);
  } catch (error) {
    if (error instanceof WrongJson)
      throw new Failure(`This is not the archive of a guest: manifest.json: ${error.message}`);
    throw error;
  }
}

function read(fields: Fields): Manifest {
  const deployments = fields.list('deployments').map((deployment) => ({
    checksum: deployment.is('checksum', isChecksum, 'a commit'),
    origin: deployment.text('origin'),
  }));
  if (deployments.length === 0 || deployments.length > most)
    throw new WrongJson(`"deployments" has ${deployments.length} entries`);
  const files = fields.list('files').map(readFile);
  const guest = fields.is('guest', isName, "a guest's name");
  if (files.filter(({ of, dropIn }) => of === 'guest' && dropIn === undefined).length !== 1)
    throw new WrongJson('"files" must have one guest file');
  return {
    guest,
    time: fields.date('time').toISOString(),
    systemd: fields.optionalText('systemd'),
    ostree: fields.optionalText('ostree'),
    running: fields.flag('running'),
    var: fields.flag('var'),
    files,
    deployments,
    state: parseState(fields.fields('state'), deployments.length),
    remotes: fields.list('remotes').map(parseCarriedRemote),
    enabled: fields.texts('enabled').flatMap((unit) => enabledKinds.filter((one) => one === unit)),
  };
}

const readFile = (file: Fields): DeclaredFile => ({
  of: file.oneOf('of', ['guest', 'nspawn', 'build']),
  name: file.is('name', isName, 'a name'),
  dropIn: file.optionalText('dropIn') === undefined ? undefined : file.is('dropIn', isDropIn, 'a drop-in'),
  shared: file.flag('shared'),
  text: file.text('text'),
  secret: file.flag('secret'),
});

const isName = (value: unknown): value is string => typeof value === 'string' && guestName.test(value);
const isDropIn = (value: unknown): value is string =>
  typeof value === 'string' && /^[^./\p{Cc}][^/\p{Cc}]{0,200}\.conf$/u.test(value);
