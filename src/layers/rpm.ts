import type { Packages } from '../config/packages.ts';
import { shellQuoted } from '../shell-word.ts';
import { inInput, type Manager, putInto, setUp, takeFrom } from './script.ts';

const [repositories, keys] = ['/etc/yum.repos.d', '/etc/pki/rpm-gpg'];

/** As RPM says it, or dnf, or dnf5. */
const failedScript = /%\w+\(\S+\) scriptlet failed.*|[Ee]rror in \S+ scriptlet.*/;

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
  // A name that is too long for its column has a line of its own.
  planLine: /^ \S+\s+\S+ +\S+ +\S+ +[\d.]+ \S+$/gm,
  planOn: 'links',
  // dnf would compile itself anew where it can, because to OSTree all files are of one age.
  install: (packages) => `
    ${setUp(repositories, packages)}
    export PYTHONDONTWRITEBYTECODE=1
    ${configureRpm}
    ${packages.keys.map((file) => `rpm --import ${inInput('keys', file)}`).join('\n')}
    ${changes(program, packages)
      .map((words) => `${words} --assumeyes`)
      .join('\n')}
    rm ${macros}
    ${takeFrom(repositories, packages.repositories)}`,
  failedScript,
});

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
    ${changes('rpm-ostree', packages, 'uninstall').join('\n')}
    rm ${macros}
    ${takeFrom(repositories, packages.repositories)}
    ${takeFrom(keys, packages.keys)}`,
  failedScript,
};

function changes(program: string, packages: Packages, removing = 'remove'): string[] {
  const { install, files, remove } = packages;
  const added = [...install.map(shellQuoted), ...files.map((file) => inInput('packages', file))];
  return [
    ...(added.length > 0 ? [`${program} install ${added.join(' ')}`] : []),
    ...(remove.length > 0 ? [`${program} ${removing} ${remove.map(shellQuoted).join(' ')}`] : []),
  ];
}
