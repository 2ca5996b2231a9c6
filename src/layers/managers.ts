import { basename } from 'node:path';
import type { Packages } from '../config/packages.ts';

/** Where a container finds what it is given; see container.ts. */
export const inputDirectory = '/run/layers';

/** How a package manager is told what to do: as scripts for the tree's own shell. */
export interface Manager {
  /** The program by which a tree is known to have it. */
  readonly program: string;
  /** Fetches what the repositories offer, and prints which versions an installation would bring: `planLine`. */
  plan(packages: Packages): string;
  readonly planLine: RegExp;
  /** Does what was planned. */
  install(packages: Packages): string;
}

const apt: Manager = {
  program: 'usr/bin/apt-get',
  plan: (packages) => `
    ${setUp('/etc/apt/sources.list.d', '/etc/apt/trusted.gpg.d', packages)}
    mkdir -p /var/lib/apt/lists/partial /var/cache/apt/archives/partial
    apt-get -qq -o APT::Update::Error-Mode=any update
    apt-get -qq --simulate ${aptInstall(packages)}`,
  planLine: /^(Inst|Remv|Purg) .*$/gm,
  install: (packages) => `
    ${apt.plan(packages)}
    # Nothing is started while it is installed: invoke-rc.d(8).
    [ -e /usr/sbin/policy-rc.d ] || {
      printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
      chmod 755 /usr/sbin/policy-rc.d
      ours=/usr/sbin/policy-rc.d
    }
    apt-get -q --yes ${aptInstall(packages)}
    rm -f \${ours:+"$ours"} /var/lib/dpkg/*-old
    ${tearDown('/etc/apt/sources.list.d', '/etc/apt/trusted.gpg.d', packages)}`,
};

/** A dash after a name removes the package. */
const aptInstall = ({ install, files, remove }: Packages): string =>
  [
    '-o Dpkg::Use-Pty=0 install',
    ...install.map(quote),
    ...files.map((file) => quote(inInput('packages', file))),
    ...remove.map((name) => quote(`${name}-`)),
  ].join(' ');

const dnf = (program: string): Manager => ({
  program: `usr/bin/${program}`,
  // It always ends with an error, because it was told to answer no; that a package is missing is told by the other.
  plan: (packages) => `
    ${setUp('/etc/yum.repos.d', '/etc/pki/rpm-gpg', packages)}
    ${packages.keys.map((file) => `rpm --import ${quote(inInput('keys', file))}`).join('\n')}
    ${program} -q makecache --refresh
    ${dnfWords(program, packages)
      .map((words) => `${words} --assumeno || :`)
      .join('\n')}`,
  planLine: /^ \S+ +(\S+) +(\S+) +\S+ +[\d.]+ \S+$/gm,
  install: (packages) => `
    ${setUp('/etc/yum.repos.d', '/etc/pki/rpm-gpg', packages)}
    ${dnfWords(program, packages)
      .map((words) => `${words} --assumeyes`)
      .join('\n')}
    ${tearDown('/etc/yum.repos.d', '/etc/pki/rpm-gpg', packages)}`,
});

const dnfWords = (program: string, { install, files, remove }: Packages): string[] => {
  const added = [...install.map(quote), ...files.map((file) => quote(inInput('packages', file)))];
  return [
    ...(added.length > 0 ? [`${program} install ${added.join(' ')}`] : []),
    ...(remove.length > 0 ? [`${program} remove ${remove.map(quote).join(' ')}`] : []),
  ];
};

export const managers: readonly Manager[] = [apt, dnf('dnf5'), dnf('dnf')];

/** Names that the tree will not have itself, so that they can be taken away again. */
const own = (file: string): string => `ostree-guests-${basename(file)}`;
const inInput = (kind: string, file: string): string => `${inputDirectory}/${kind}/${basename(file)}`;

/** What the tree expects in /var is made as at a start; then come the site's own repositories. */
const setUp = (repositories: string, keys: string, packages: Packages): string =>
  [
    'set -eu',
    'export DEBIAN_FRONTEND=noninteractive HOME=/root',
    'mkdir -p -m 1777 /sysroot/tmp',
    'systemd-tmpfiles --create --prefix=/var >/dev/null 2>&1 || :',
    'systemd-sysusers >/dev/null 2>&1 || :',
    ...copies('repositories', packages.repositories, repositories),
    ...copies('keys', packages.keys, keys),
  ].join('\n');

const copies = (kind: string, files: readonly string[], directory: string): string[] =>
  files.map(
    (file) => `mkdir -p ${directory}; cp ${quote(inInput(kind, file))} ${quote(`${directory}/${own(file)}`)}`,
  );

const tearDown = (repositories: string, keys: string, packages: Packages): string =>
  [
    ...packages.repositories.map((file) => `rm ${quote(`${repositories}/${own(file)}`)}`),
    ...packages.keys.map((file) => `rm ${quote(`${keys}/${own(file)}`)}`),
  ].join('\n');

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
