// Packages of RPM for tests, made here and signed in the host, and a guests' tree that has dnf for them.
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type Host, outside } from './host.ts';
import type { SigningKey } from './keys.ts';
import { mirrorPath } from './mirror.ts';
import { checkout } from './paths.ts';
import type { Recipe } from './recipe.ts';
import { buildTree } from './trees.ts';

export interface Rpm {
  readonly name: string;
  readonly version: string;
  /** By path; those in /etc are configuration. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines of the package's preamble, and its scripts by their names. */
  readonly preamble?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
}

/** Builds a package: its file, outside of the host. */
export async function makeRpm(host: Host, rpm: Rpm): Promise<string> {
  const { name, version, files = {}, preamble = [], scripts = {} } = rpm;
  const work = await mkdtemp(join(host.work, 'rpm-'));
  const paths = Object.keys(files);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(work, 'files', path, '..'), { recursive: true });
    await writeFile(join(work, 'files', path), text);
  }
  const spec = [
    `Name: ${name}`,
    `Version: ${version}`,
    'Release: 1',
    'Summary: a test',
    'License: MIT',
    'BuildArch: noarch',
    ...preamble,
    '%description',
    'A test.',
    '%install',
    'mkdir -p %{buildroot}',
    ...(paths.length ? [`cp -r ${work}/files/. %{buildroot}`] : []),
    ...Object.entries(scripts).map(([script, text]) => `%${script}\n${text}`),
    '%files',
    ...paths.map((path) => (path.startsWith('/etc/') ? `%config(noreplace) ${path}` : path)),
  ];
  await writeFile(join(work, 'spec'), `${spec.join('\n')}\n`);
  const define = { _topdir: join(work, 'top'), _rpmdir: work, _rpmfilename: '%{NAME}-%{VERSION}.rpm' };
  const defined = Object.entries(define).map(([macro, value]) => `--define=${macro} ${value}`);
  await execa('rpmbuild', ['-bb', '--quiet', ...defined, join(work, 'spec')]);
  return join(work, `${name}-${version}.rpm`);
}

/** Makes a directory of the host a repository of these packages, signed if there is a key: baseurl=file:PATH */
export async function publishRpms(
  host: Host,
  path: string,
  files: readonly string[],
  key?: SigningKey,
): Promise<void> {
  const directory = outside(host, path);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await execa('cp', [...files, directory]);
  await key?.signRpms(files.map((file) => join(path, file.replace(/^.*\//, ''))));
  await execa('createrepo_c', ['--quiet', directory]);
}

/** Publishes the tree of a recipe, and these packages in RPM's database. */
export async function publishRpmTree(
  host: Host,
  recipe: Recipe,
  ref: string,
  packages: readonly string[],
): Promise<void> {
  const { mirror } = await buildTree(recipe);
  const repo = `--repo=${outside(host, mirrorPath)}`;
  await execa('ostree', ['pull-local', repo, mirror, recipe.ref]);
  const tree = await mkdtemp(join(host.work, 'rpm-tree-'));
  const install = ['--install', '--nodeps', '--nosignature', '--dbpath=/usr/lib/sysimage/rpm'];
  await execa('rpm', [`--root=${tree}`, ...install, ...packages]);
  for (const name of await readdir(tree)) if (name !== 'usr') await rm(join(tree, name), { recursive: true });
  await chmod(tree, 0o755);
  const trees = [`--tree=ref=${recipe.ref}`, `--tree=dir=${tree}`];
  await execa('ostree', ['commit', repo, `--branch=${ref}`, ...trees]);
  await rm(tree, { recursive: true });
}

/** Publishes a tree with dnf, with rpm-ostree's stand-in instead of dnf. */
export async function publishRpmOstreeTree(host: Host, ref: string, dnfTree: string): Promise<void> {
  const tree = await mkdtemp(join(host.work, 'rpm-ostree-'));
  const program = join(tree, 'usr/bin/rpm-ostree');
  await mkdir(dirname(program), { recursive: true });
  await copyFile(join(checkout(), 'test/host/rpm-ostree-in-container'), program);
  await chmod(program, 0o755);
  await chmod(tree, 0o755);
  const skip = join(host.work, 'without-dnf');
  await writeFile(skip, '/usr/bin/dnf\n');
  await execa('ostree', [
    'commit',
    `--repo=${outside(host, mirrorPath)}`,
    `--branch=${ref}`,
    `--skip-list=${skip}`,
    `--tree=ref=${dnfTree}`,
    `--tree=dir=${tree}`,
  ]);
}
