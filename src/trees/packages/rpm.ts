import type { Packages } from '../../config/packages.ts';
import { shellQuoted } from '../../host/shell-word.ts';
import { inInput, type Manager, putInto, setUp, takeFrom } from './script.ts';

const [repositories, keys] = ['/etc/yum.repos.d', '/etc/pki/rpm-gpg'];

/** As RPM says it, or dnf, or dnf5. */
const failedScript = (output: string): string | undefined =>
  /%\w+\(\S+\) scriptlet failed.*|[Ee]rror in \S+ scriptlet.*/.exec(output)?.[0];

/**
 * A plugin that keeps copies of all packages in /var, for which Debian's dnf5, that has it turned on, lacks the program: it
 * then fails when all is installed. To turn off what is not there is no error.
 */
const withoutCopies = (program: string): string =>
  program === 'dnf5' ? '--disable-plugin=local' : '--disableplugin=local';

/** Scripts in a mount namespace of their own would all fail, because that takes CAP_SYS_ADMIN. */
const macros = '/etc/rpm/macros.ostree-guests';
const configureRpm = `mkdir -p /etc/rpm; echo '%__transaction_unshare %{nil}' >${macros}`;

export const dnf = (program: string): Manager => ({
  program: `usr/bin/${program}`,
  // The answer is no, which ends with an error, too. Keys cannot be imported here: the database is in /usr.
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
  // A name that is too long for its column has a line of its own. dnf5 pads the unit of the size: "14.0   B".
  planLine: /^ \S+\s+\S+ +\S+ +\S+ +[\d.]+ +\S+$/gm,
  planOn: 'links',
  // dnf would compile itself anew where it can, because to OSTree all files are of one age.
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
 * Runs rpm-ostree, which says nothing of a package's script that failed, and succeeds. Only the debug messages of its
 * libdnf tell of each script that ended (RPMCALLBACK_SCRIPT_STOP), and how. They are thousands: all others are left out.
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
  ...{ 1023: '%pre', 1024: '%post', 1025: '%preun', 1026: '%postun', 1151: '%pretrans', 1152: '%posttrans' },
};

function failedCallback(output: string): string | undefined {
  const [, tag = '', name] = failedPhase.exec(output) ?? [];
  return name && `${scripts[tag] ?? 'a script'} of ${name} failed`;
}

/**
 * rpm-ostree as in the build of a container image: it then changes the tree in place. It takes a place for that where
 * such images have their repository: ostree_ext::container_utils::is_ostree_container.
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

/** It refuses to remove what is not there, which apt and dnf do not mind. */
const uninstall = ({ remove }: Packages): string => `
    set --
    for package in ${remove.map(shellQuoted).join(' ')}; do
      if rpm --query --quiet "$package"; then set -- "$@" "$package"; fi
    done
    if [ $# -gt 0 ]; then quietly rpm-ostree uninstall "$@"; fi`;

/** What is to be installed: the words of one command, or no command. */
function added({ install, files }: Packages): string[] {
  const words = [...install.map(shellQuoted), ...files.map((file) => inInput('packages', file))];
  return words.length > 0 ? [words.join(' ')] : [];
}

const changes = (program: string, packages: Packages): string[] => [
  ...added(packages).map((words) => `${program} install ${words}`),
  ...(packages.remove.length > 0 ? [`${program} remove ${packages.remove.map(shellQuoted).join(' ')}`] : []),
];
