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
  /** What it prints where a script of a package failed, and goes on all the same. */
  readonly failedScript?: RegExp;
}

const apt: Manager = {
  program: 'usr/bin/apt-get',
  plan: (packages) => `
    ${setUp('/etc/apt/sources.list.d', packages)}
    ${copies('keys', packages.keys, '/etc/apt/trusted.gpg.d')}
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
    ${tearDown('/etc/apt/sources.list.d', packages.repositories)}
    ${tearDown('/etc/apt/trusted.gpg.d', packages.keys)}`,
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
  // The answer is no, which ends with an error, too. Keys cannot be imported here: the database is in /usr.
  plan: (packages) => `
    ${setUp('/etc/yum.repos.d', packages)}
    ${program} -q --assumeyes makecache --refresh
    try() {
      said=$("$@" --assumeno --nogpgcheck 2>&1) || case $said in
        *'Operation aborted'*) ;;
        *) printf '%s\\n' "$said" >&2; exit 1 ;;
      esac
      printf '%s\\n' "$said"
    }
    ${dnfWords(program, packages)
      .map((words) => `try ${words}`)
      .join('\n')}`,
  // A name that is too long for its column has a line of its own.
  planLine: /^ \S+\s+\S+ +\S+ +\S+ +[\d.]+ \S+$/gm,
  // Scripts in a mount namespace of their own would all fail: it takes CAP_SYS_ADMIN. And dnf compiles itself anew where
  // it can, because to OSTree all files are of one age.
  install: (packages) => `
    ${setUp('/etc/yum.repos.d', packages)}
    export PYTHONDONTWRITEBYTECODE=1
    mkdir -p /etc/rpm; echo '%__transaction_unshare %{nil}' >${rpmMacros}
    ${packages.keys.map((file) => `rpm --import ${quote(inInput('keys', file))}`).join('\n')}
    ${dnfWords(program, packages)
      .map((words) => `${words} --assumeyes`)
      .join('\n')}
    rm ${rpmMacros}
    ${tearDown('/etc/yum.repos.d', packages.repositories)}`,
  failedScript: /%\w+\(\S+\) scriptlet failed.*|[Ee]rror in \S+ scriptlet.*/,
});

const rpmMacros = '/etc/rpm/macros.ostree-guests';

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
const setUp = (repositories: string, packages: Packages): string =>
  [
    'set -eu',
    'export DEBIAN_FRONTEND=noninteractive HOME=/root LC_ALL=C.UTF-8',
    'mkdir -p -m 1777 /sysroot/tmp',
    'systemd-tmpfiles --create --prefix=/var >/dev/null 2>&1 || :',
    'systemd-sysusers >/dev/null 2>&1 || :',
    copies('repositories', packages.repositories, repositories),
  ].join('\n');

const copies = (kind: string, files: readonly string[], directory: string): string =>
  files
    .map(
      (file) =>
        `mkdir -p ${directory}; cp ${quote(inInput(kind, file))} ${quote(`${directory}/${own(file)}`)}`,
    )
    .join('\n');

const tearDown = (directory: string, files: readonly string[]): string =>
  files.map((file) => `rm ${quote(`${directory}/${own(file)}`)}`).join('\n');

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
