import { lstatSync } from 'node:fs';
import { type Guest, placeOf } from '../config/guest.ts';
import { type Packages, packagesWords } from '../config/packages.ts';
import { Failure } from '../failure.ts';
import { sysusersFile } from '../layout/declare.ts';
import { inside, readInside, writeInside } from '../layout/inside.ts';
import { keepFiles, restoreFiles } from '../layout/kept-files.ts';
import { layOut } from '../layout/layout.ts';
import { ostree, tryOstree } from '../ostree/ostree.ts';
import { dateOf, versionOf } from '../ostree/repository.ts';
import { identityOption, keepBrought } from '../sources/identity.ts';
import { runInContainer } from './container.ts';
import { managers } from './managers.ts';
import type { Manager } from './script.ts';
import { checkOut, localRepositories, removeWorkspace, writeInput, writeScript } from './workspace.ts';

/** Keeps the objects of what came out last. */
export const layeredRef = 'ostree-guests/layered';

/** A tree to add packages to. */
export interface Workspace {
  readonly guest: Guest;
  readonly packages: Packages;
  readonly repository: string;
  readonly directory: string;
  /** The commit to add to. */
  readonly below: string;
}

/** What an installation would bring now, a line for each package. */
export async function plan(workspace: Workspace): Promise<string[]> {
  const { packages, repository, directory, below } = workspace;
  try {
    await checkOut(directory, repository, below, 'links');
    const manager = managerOf(workspace);
    const { planOn } = manager;
    if (planOn === 'copy') await checkOut(directory, repository, below, 'copy');
    const usr = planOn === 'copy' ? 'writable' : 'read-only';
    const output = await runScript(workspace, manager, usr, manager.plan(packages));
    return output.match(manager.planLine) ?? [];
  } finally {
    removeWorkspace(directory);
  }
}

/** Adds the packages to a copy of the tree, and commits it. */
export async function add(workspace: Workspace, identity: string): Promise<string> {
  const { guest, packages, repository, directory, below } = workspace;
  const root = `${directory}/root`;
  try {
    await checkOut(directory, repository, below, 'copy');
    const manager = managerOf(workspace);
    const kept = keepFiles(root, [...ofMachine, sysusersFile]);
    await presetUsers(root, repository);
    nameMachine(root, guest.name);
    await runScript(workspace, manager, 'writable', manager.install(packages));
    restoreFiles(root, kept);
    layOut(root);
    const checksum = await commit(workspace, identity);
    await keepBrought(guest.sysroot, layeredRef, checksum);
    return checksum;
  } finally {
    removeWorkspace(directory);
  }
}

/** What packages see of the machine while they are installed, and is not to become a part of the tree. */
const ofMachine = ['hostname', 'hosts', 'resolv.conf', 'machine-id', '.pwd.lock'].map(
  (name) => `etc/${name}`,
);

/** Mail servers and others want to know the name of the machine, and that it leads to it. */
function nameMachine(root: string, name: string): void {
  writeInside(root, 'etc/hostname', `${name}\n`);
  writeInside(root, 'etc/hosts', `${readInside(root, 'etc/hosts') ?? ''}\n127.0.1.1 ${name}\n`);
  if (readInside(root, 'etc/resolv.conf') === undefined) writeInside(root, 'etc/resolv.conf', '');
}

/** Users get the numbers that they had before: files in the /var of the guest have them as owners. */
async function presetUsers(root: string, repository: string): Promise<void> {
  const before = await tryOstree(`--repo=${repository}`, 'cat', layeredRef, `/${sysusersFile}`);
  if (before.exitCode === 0) writeInside(root, sysusersFile, `${before.stdout}\n`);
}

async function commit({ repository, directory, below }: Workspace, identity: string): Promise<string> {
  const version = await versionOf(repository, below);
  return ostree(
    'Cannot commit the tree with its packages',
    `--repo=${repository}`,
    'commit',
    '--orphan',
    '--no-bindings',
    `--tree=dir=${directory}/root`,
    identityOption(identity),
    `--add-metadata-string=ostree-guests.base=${below}`,
    ...(version === undefined ? [] : [`--add-metadata-string=version=${version}`]),
    // As old as what is below, so that what comes next from there is newer.
    `--timestamp=${await dateOf(repository, below)}`,
  );
}

async function runScript(
  { guest, packages, directory }: Workspace,
  manager: Manager,
  usr: 'read-only' | 'writable',
  script: string,
): Promise<string> {
  writeInput(directory, packages);
  writeScript(directory, script);
  const { exitCode, stdout, stderr } = await runInContainer({
    guest: guest.name,
    privateUsers: guest.machine.privateUsers,
    directory,
    readable: localRepositories(directory),
    usr,
  });
  const failed = manager.failedScript?.(`${stdout}\n${stderr}`);
  if (exitCode === 0 && failed === undefined) return stdout;
  const reason = failed ?? reasonOf(stderr);
  throw new Failure(
    `${packagesPlace(guest)}: cannot make the tree with ${packagesWords(packages)}: ${reason}`,
    'The guest is as it was. What was printed before is in the journal of this service',
  );
}

/** The first error that was told; what follows are consequences. Where its line says nothing, those below it do. */
export function reasonOf(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const first = lines.findIndex((line) => /^(E: |dpkg: error|Error: |error: )/.test(line));
  const [error = '', ...below] = lines.slice(first);
  const explained = below.slice(0, 2).map((line) => line.trim());
  return (
    error.replace(/^(E|Error|error): /, '') ||
    explained.join(' ') ||
    'the package manager failed and did not say why'
  );
}

function managerOf({ guest, directory, below }: Workspace): Manager {
  const found = managers.find(({ program }) => isThere(inside(`${directory}/root`, program)));
  if (found) return found;
  const message = `${packagesPlace(guest)}: the tree (${below.slice(0, 12)}) has none of apt-get, dnf and rpm-ostree`;
  throw new Failure(message, 'Have one of them in the tree, or the packages themselves');
}

/** Fedora's dnf is a link. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const packagesPlace = (guest: Guest): string =>
  guest.values.at('Packages', 'Install')
    ? placeOf(guest, 'Packages', 'Install')
    : placeOf(guest, 'Packages', 'Remove');
