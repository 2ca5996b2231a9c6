// Finds before the start what systemd-nspawn or systemd would miss at the start.
import { existsSync } from 'node:fs';
import type { Guest } from '../../config/guest.ts';
import type { Problem } from '../../config/problem.ts';
import { splitPlain, wordsOf } from '../../config/split-words.ts';
import type { Setting, Values } from '../../config/values.ts';
import { isMissing, isRoot } from '../../host/is-root.ts';
import { run } from '../../host/process.ts';
import { programVersion } from '../../host/program-version.ts';
import { remembered } from '../../host/remembered.ts';
import { missingSources } from '../bind-sources.ts';

export async function machineOnHost({ values }: Guest): Promise<Problem[]> {
  const found = await Promise.all([users(values), temporaryFileSystems(values), bindOptions(values)]);
  return [
    ...missingSources({ values }, ['Bind', 'BindReadOnly', 'Overlay', 'OverlayReadOnly']),
    ...interfaces(values),
    ...namespace(values),
    ...credentials(values),
    ...found.flat(),
  ];
}

/** Checks the interfaces of the host that the guest uses. */
const interfaces = (values: Values): Problem[] =>
  ['Interface', 'MACVLAN', 'IPVLAN', 'Bridge']
    .flatMap((key) => values.effective('Network', key).slice(key === 'Bridge' ? -1 : 0))
    .flatMap(({ value, at }) =>
      wordsOf([value], splitPlain)
        .map((word) => word.replace(/:.*/, ''))
        .filter((name) => !existsSync(`/sys/class/net/${name}`))
        .map((name) => ({
          at,
          message: `There is no network interface ${name} on this host`,
          remedy: 'See the list with: networkctl, or: ip link',
        })),
    );

function namespace(values: Values): Problem[] {
  const path = values.final('Network', 'NamespacePath');
  if (!path || existsSync(path.value)) return [];
  const message = `${path.value} does not exist on this host`;
  return [{ at: path.at, message, remedy: 'Make it: ip netns add NAME makes /run/netns/NAME' }];
}

/** Checks files of credentials, unless systemd expands their names, or another value replaces them. */
function credentials(values: Values): Problem[] {
  const id = ({ value }: Setting) => value.replace(/:.*/s, '');
  const set = new Set(
    ['SetCredential', 'SetCredentialEncrypted'].flatMap((key) => values.effective('Service', key)).map(id),
  );
  return ['LoadCredential', 'LoadCredentialEncrypted']
    .flatMap((key) => values.effective('Service', key))
    .flatMap((setting) => {
      const path = setting.value.slice(id(setting).length + 1);
      if (!path.startsWith('/') || path.includes('%') || set.has(id(setting)) || !isMissing(path)) return [];
      return [
        {
          at: setting.at,
          message: `${path} does not exist on this host`,
          remedy: 'Create it, or correct the path',
        },
      ];
    });
}

async function users(values: Values): Promise<Problem[]> {
  const wanted = values
    .effective('Files', 'BindUser')
    .flatMap(({ value, at }) => wordsOf([value], splitPlain).map((name) => ({ name, at })));
  const checks = wanted.map(async ({ name, at }) => {
    const { exitCode } = await run('getent', ['passwd', '--', name]);
    const message = `There is no user ${name} on this host`;
    return exitCode === 0 ? [] : [{ at, message, remedy: 'See the list with: getent passwd' }];
  });
  return (await Promise.all(checks)).flat();
}

/** Checks the options of a tmpfs by mounting one where nobody sees it. Needs root. */
async function temporaryFileSystems(values: Values): Promise<Problem[]> {
  const mounts = values.effective('Files', 'TemporaryFileSystem');
  if (!isRoot()) return [];
  const checks = mounts.map(async ({ value, at }) => {
    const [, options = ''] = /^(?:\\.|[^\\:])*:(.*)$/s.exec(value) ?? [];
    if (options === '') return [];
    const message = `'${options}' are not options of a tmpfs`;
    return (await areOptionsOfTmpfs(options))
      ? []
      : [{ at, message, remedy: 'See tmpfs(5); such as size=1G,mode=1777' }];
  });
  return (await Promise.all(checks)).flat();
}

const areOptionsOfTmpfs = remembered(async (options: string) => {
  const mount = ['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', '/tmp'];
  return (await run('unshare', ['--mount', '--', ...mount])).exitCode === 0;
});

/** Checks options of binds, which nspawn checks only when it mounts. */
async function bindOptions(values: Values): Promise<Problem[]> {
  const newer = ['Bind', 'BindReadOnly']
    .flatMap((key) => values.effective('Files', key))
    .filter(({ value }) => /[:,]owneridmap\b/.test(value));
  if (newer.length === 0) return [];
  const version = Number(/^systemd (\d+)/.exec(await programVersion('systemd-nspawn'))?.[1]);
  if (!(version < ownerIdmapSince)) return [];
  const message = "systemd-nspawn on this host has no option 'owneridmap' of binds";
  return newer.map(({ at }) => ({ at, message, remedy: `It is new in systemd ${ownerIdmapSince}` }));
}

const ownerIdmapSince = 256;
