import type { Packages } from '../../config/packages.ts';
import { shellQuoted } from '../../host/shell-word.ts';
import { inInput, type Manager, putInto, setUp, takeFrom } from './script.ts';

const [repositories, keys] = ['/etc/apt/sources.list.d', '/etc/apt/trusted.gpg.d'];

export const apt: Manager = {
  program: 'usr/bin/apt-get',
  plan: (packages) => `
    ${upToDate(packages)}
    apt-get -qq --simulate ${changes(packages)}
    ${printIndexes}`,
  planLine: /^(Inst|Remv|Purg) .*$/gm,
  indexLine: /^Index: (\S+) (\S+)$/gm,
  planOn: 'links',
  install: (packages) => `
    ${upToDate(packages)}
    # Nothing is started while it is installed: invoke-rc.d(8).
    [ -e /usr/sbin/policy-rc.d ] || {
      printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
      chmod 755 /usr/sbin/policy-rc.d
      ours=/usr/sbin/policy-rc.d
    }
    apt-get -q --yes ${changes(packages)}
    rm -f \${ours:+"$ours"} /var/lib/dpkg/*-old
    ${takeFrom(repositories, packages.repositories)}
    ${takeFrom(keys, packages.keys)}`,
};

/** Refreshes the package lists of the repositories. */
const upToDate = (packages: Packages): string => `
    ${setUp(repositories, packages)}
    ${putInto(keys, 'keys', packages.keys)}
    mkdir -p /var/lib/apt/lists/partial /var/cache/apt/archives/partial
    apt-get -qq -o APT::Update::Error-Mode=any update`;

/**
 * Prints the signed index of each repository, which has digests of all others: apt-get(8) also names some of these. "none" if a
 * repository has no such file, or if apt-get(8) fails: without any line, there would be nothing to ask.
 */
const printIndexes = `{ apt-get --print-uris update 2>/dev/null || echo "'unknown/InRelease' unknown"; } | while read -r address file rest; do
      case $address in */InRelease?) ;; *) continue ;; esac
      digest=$({ sha256sum <"/var/lib/apt/lists/$file"; } 2>/dev/null) || digest=none
      echo "Index: $address \${digest%% *}"
    done`;

/** A dash after a name removes the package. */
const changes = ({ install, files, remove }: Packages): string =>
  [
    '-o Dpkg::Use-Pty=0 install',
    ...install.map(shellQuoted),
    ...files.map((file) => inInput('packages', file)),
    ...remove.map((name) => shellQuoted(`${name}-`)),
  ].join(' ');
