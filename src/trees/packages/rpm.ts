import type { Packages } from '../../config/packages.ts';
import { shellQuoted } from '../../host/shell-word.ts';
import { inInput, type Manager, putInto, setUp, takeFrom } from './script.ts';

const [repositories, keys] = ['/etc/yum.repos.d', '/etc/pki/rpm-gpg'];

/** Finds a failed script in the output of RPM, dnf or dnf5. */
const failedScript = (output: string): string | undefined =>
  /%\w+\(\S+\) scriptlet failed.*|[Ee]rror in \S+ scriptlet.*/.exec(output)?.[0];

/**
 * Disables the plugin that copies all packages to /var. Debian's dnf5 enables it but lacks its program, so that it
 * fails after the installation. Disabling a missing plugin is no error.
 */
const withoutCopies = (program: string): string =>
  program === 'dnf5' ? '--disable-plugin=local' : '--disableplugin=local';

/** Disables mount namespaces for scripts, which would fail without CAP_SYS_ADMIN. */
const macros = '/etc/rpm/macros.ostree-guests';
const configureRpm = `mkdir -p /etc/rpm; echo '%__transaction_unshare %{nil}' >${macros}`;

export const dnf = (program: string): Manager => ({
  program: `usr/bin/${program}`,
  // --assumeno also ends with an error. Keys cannot be imported here: the database is in /usr.
  plan: (packages) => `
    ${setUp(repositories, packages)}
    ${program} -q --assumeyes makecache --refresh
    try() {
      said=$("$@" --assumeno --nogpgcheck 2>&1) || case $said in
        *'Operation aborted'*) ;;
        *) printf '%s\\n' "$said" >&2; exit 1 ;;
      esac
      printf '%s\\n' "$said"
    }
    ${changes(program, packages)
      .map((words) => `try ${words}`)
      .join('\n')}`,
  // A long name has a line of its own. dnf5 pads the unit of the size: "14.0   B".
  planLine: /^ \S+\s+\S+ +\S+ +\S+ +[\d.]+ +\S+$/gm,
  planOn: 'links',
  // dnf would compile itself again, because in OSTree all files have the same age.
  install: (packages) => `
    ${setUp(repositories, packages)}
    export PYTHONDONTWRITEBYTECODE=1
    ${configureRpm}
    ${packages.keys.map((file) => `rpm --import ${inInput('keys', file)}`).join('\n')}
    ${changes(program, packages)
      .map((words) => `${words} --assumeyes ${withoutCopies(program)}`)
      .join('\n')}
    rm ${macros}
    ${takeFrom(repositories, packages.repositories)}`,
  failedScript,
});

/**
 * Runs rpm-ostree, which does not report a failed script of a package, and succeeds. Only the debug messages of its
 * libdnf report the result of each script (RPMCALLBACK_SCRIPT_STOP). All other debug messages are dropped.
 */
const quietly = `quietly() {
      code=0
      G_MESSAGES_DEBUG=all "$@" >/run/layers-said 2>&1 || code=$?
      grep -v -e '-DEBUG: ' /run/layers-said >&2 || :
      grep 'phase: 131072([0-9]*/[1-9]' /run/layers-said || :
      [ "$code" = 0 ] || exit "$code"
    }`;
const failedPhase = /phase: 131072\((\d+)\/[1-9]\d*, (?:.*\/)?(.+)\)$/m;

/** rpmTag of RPM's scripts. */
const scripts: Readonly<Record<string, string>> = {
  1023: '%pre',
  1024: '%post',
  1025: '%preun',
  1026: '%postun',
  1151: '%pretrans',
  1152: '%posttrans',
};

function failedCallback(output: string): string | undefined {
  const [, tag = '', name] = failedPhase.exec(output) ?? [];
  return name && `${scripts[tag] ?? 'a script'} of ${name} failed`;
}

/**
 * rpm-ostree as in the build of a container image, where it changes the tree in place. It recognizes such a tree if
 * there is a repository like in such images: ostree_ext::container_utils::is_ostree_container.
 */
export const rpmOstree: Manager = {
  program: 'usr/bin/rpm-ostree',
  plan: (packages) => `
    ${rpmOstree.install(packages)}
    rpm --query --all --queryformat '%{NEVRA}\\n' | sort`,
  planLine: /^\S+-\S+-\S+\.\w+$/gm,
  planOn: 'copy',
  install: (packages) => `
    ${setUp(repositories, packages)}
    ${putInto(keys, 'keys', packages.keys)}
    mkdir -p /sysroot/ostree/repo
    printf '[core]\\nrepo_version=1\\nmode=bare-split-xattrs\\n' >/sysroot/ostree/repo/config
    ${configureRpm}
    ${quietly}
    ${added(packages)
      .map((words) => `quietly rpm-ostree install ${words}`)
      .join('\n')}
    ${packages.remove.length > 0 ? uninstall(packages) : ''}
    rm ${macros}
    ${takeFrom(repositories, packages.repositories)}
    ${takeFrom(keys, packages.keys)}`,
  failedScript: failedCallback,
};

/** Removes packages; skips missing ones, for which rpm-ostree would fail, unlike dnf. */
const uninstall = ({ remove }: Packages): string => `
    set --
    for package in ${remove.map(shellQuoted).join(' ')}; do
      if rpm --query --quiet "$package"; then set -- "$@" "$package"; fi
    done
    if [ $# -gt 0 ]; then quietly rpm-ostree uninstall "$@"; fi`;

/** Returns the command that installs the packages, if there are any. */
function added({ install, files }: Packages): string[] {
  const words = [...install.map(shellQuoted), ...files.map((file) => inInput('packages', file))];
  return words.length > 0 ? [words.join(' ')] : [];
}

const changes = (program: string, packages: Packages): string[] => [
  ...added(packages).map((words) => `${program} install ${words}`),
  ...(packages.remove.length > 0 ? [`${program} remove ${packages.remove.map(shellQuoted).join(' ')}`] : []),
];
