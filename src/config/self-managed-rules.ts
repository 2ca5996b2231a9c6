// lazy: QuickJS reads this file when one of its functions is called.
import { otherOriginKeyNames } from './origin-keys.ts';
import type { Problem } from './problem.ts';
import { isFalse, isTrue } from './types.ts';
import type { Setting, Values } from './values.ts';

const managesItself = (values: Values): boolean => values.last('Update', 'By') === 'rpm-ostree';

/** Returns the effective settings of several keys of a section. */
const finals = (values: Values, section: string, keys: readonly string[]): Setting[] =>
  keys.flatMap((key) => values.final(section, key) ?? []);

export function userNamespace(values: Values): Problem | undefined {
  if (!managesItself(values)) return undefined;
  const users = values.final('Exec', 'PrivateUsers');
  if (!users || isFalse(users.value)) return undefined;
  const message = 'A guest with By=rpm-ostree has no user namespace: OSTree in it must see the real owners';
  return { at: users.at, message, remedy: 'Remove PrivateUsers= or By=rpm-ostree' };
}

export function otherOrigin(values: Values): Problem | undefined {
  if (!managesItself(values)) return undefined;
  const [other] = finals(values, 'Guest', otherOriginKeyNames);
  if (!other) return undefined;
  const message = 'By=rpm-ostree needs Ref=';
  const remedy =
    other.key === 'Image'
      ? 'Name the ref, and rebase to the image inside: rpm-ostree rebase'
      : 'Leave out By=, or name the ref of a remote';
  return { at: other.at, message, remedy };
}

export function otherSteps(values: Values): Problem | undefined {
  if (!managesItself(values)) return undefined;
  const [setting] = finals(values, 'Update', ['Rehearse', 'SnapshotVar']).filter(({ value }) =>
    isTrue(value),
  );
  const message = `${setting?.key}= cannot be used with By=rpm-ostree: such a guest deploys by itself`;
  return setting && { at: setting.at, message, remedy: 'Remove one of them' };
}

export function ownTime(values: Values): Problem | undefined {
  if (!managesItself(values)) return undefined;
  const [setting] = finals(values, 'Update', ['NotBefore', 'SwitchWindowSec', 'FleetLock']);
  const message = `${setting?.key}= cannot be used with By=rpm-ostree: such a guest deploys by itself when it stops`;
  return setting && { at: setting.at, message, remedy: 'Remove one of them' };
}

/** Refuses files of the host: they cannot be copied into such a guest. */
export function filesOutside(values: Values): Problem | undefined {
  if (!managesItself(values)) return undefined;
  const [setting] = ['Install', 'Repository', 'RepositoryKey']
    .flatMap((key) => values.effective('Packages', key))
    .filter(({ value }) => value.split(/\s+/).some((word) => /^\.?\//.test(word)));
  if (!setting) return undefined;
  const message = `${setting.key}= names a file of the host, but with By=rpm-ostree packages are installed inside the guest`;
  const remedy =
    setting.key === 'Install'
      ? 'Install it there by hand: rpm-ostree install ./FILE.rpm; or offer it in a repository, and name the package'
      : 'Put it into /etc/yum.repos.d or /etc/pki/rpm-gpg of the guest, or of its tree';
  return { at: setting.at, message, remedy };
}
