import type { Position, Problem } from './problem.ts';
import { isTrue } from './types.ts';
import type { Setting, Values } from './values.ts';

/** What is wrong with values that are each right by themselves. `top` is the place of what is not there. */
export function checkTogether(values: Values, top: Position): Problem[] {
  const rules = [oneOrigin];
  if (managesItself(values)) rules.push(mappedManager, otherManager, outsideManager, outsideFiles);
  if (values.has('Remote')) rules.push(missingUrl, missingKey);
  if (values.has('Network')) rules.push(noNetwork);
  const problems: Problem[] = [];
  for (const rule of rules) {
    const problem = rule(values, top);
    if (problem) problems.push(problem);
  }
  return problems;
}

type Rule = (values: Values, top: Position) => Problem | undefined;

const oneOrigin: Rule = (values, top) => {
  let first: Setting | undefined;
  for (const key of origins) {
    const setting = values.final('Guest', key);
    if (first && setting) {
      const message = `A tree comes from one place, and this says two: ${first.key}= and ${key}=`;
      return { at: setting.at, message, remedy: 'Leave one of them out' };
    }
    first ??= setting;
  }
  const remedy =
    'Say where the tree comes from: Ref=REMOTE:REF, Image=docker://REGISTRY/NAME:TAG, or Build=NAME';
  return first ? undefined : { at: top, message: 'Ref= is missing in [Guest]', remedy };
};

const origins = ['Ref', 'Image', 'Build'];

/** What is said of several keys of a section. */
const finals = (values: Values, section: string, keys: readonly string[]): Setting[] =>
  keys.flatMap((key) => values.final(section, key) ?? []);

const missingUrl: Rule = (values, top) => {
  if (values.last('Remote', 'URL') !== undefined) return undefined;
  const at = values.in('Remote')[0]?.at ?? top;
  const remedy = "Add it, or leave [Remote] out to use the host's remote";
  return { at, message: 'URL= is missing in [Remote]', remedy };
};

const missingKey: Rule = (values) => {
  for (const [verifies, path] of [
    ['GPGVerify', 'GPGKeyPath'],
    ['SignVerify', 'Ed25519KeyPath'],
  ] as const) {
    const verify = values.final('Remote', verifies);
    if (!verify || !isTrue(verify.value) || values.last('Remote', path) !== undefined) continue;
    const message = `${verifies}= is on, but there is no key to verify with`;
    return { at: verify.at, message, remedy: `Add ${path}=, with the keys to trust` };
  }
  return undefined;
};

/** Only a network of its own can have links, interfaces and ports. */
const noNetwork: Rule = (values) => {
  const private_ = values.final('Network', 'Private');
  if (!private_ || isTrue(private_.value)) return undefined;
  const other = values
    .in('Network')
    .find(
      ({ key, value }) => key !== 'Private' && !(key === 'VirtualEthernet' && !isTrue(value)) && value !== '',
    );
  const message = `${other?.key}= needs a network of the guest's own, and Private=no gives it the host's`;
  return other && { at: other.at, message, remedy: 'Leave one of them out' };
};

const managesItself = (values: Values): boolean => values.last('Update', 'By') === 'rpm-ostree';

const mappedManager: Rule = (values) => {
  const users = values.final('Exec', 'PrivateUsers');
  if (!users || users.value === 'no') return undefined;
  const message = 'A guest with By=rpm-ostree has no user namespace: OSTree in it must see the real owners';
  return { at: users.at, message, remedy: 'Leave PrivateUsers= out, or By=rpm-ostree' };
};

const otherManager: Rule = (values) => {
  const [other] = finals(values, 'Guest', ['Image', 'Build']);
  if (!other) return undefined;
  const message = 'By=rpm-ostree goes with Ref= only';
  const remedy =
    other.key === 'Image'
      ? 'Name the ref, and rebase to the image inside: rpm-ostree rebase'
      : 'Leave out By=, or name the ref of a remote';
  return { at: other.at, message, remedy };
};

const outsideManager: Rule = (values) => {
  const [setting] = finals(values, 'Update', ['Rehearse', 'SnapshotVar']).filter(({ value }) =>
    isTrue(value),
  );
  const message = `${setting?.key}= does not go with By=rpm-ostree: such a guest deploys by itself`;
  return setting && { at: setting.at, message, remedy: 'Leave one of them out' };
};

/** Nothing brings files of the host into such a guest. */
const outsideFiles: Rule = (values) => {
  const [setting] = ['Install', 'Repository', 'RepositoryKey']
    .flatMap((key) => values.effective('Packages', key))
    .filter(({ value }) => value.split(/\s+/).some((word) => /^\.?\//.test(word)));
  if (!setting) return undefined;
  const message = `${setting.key}= names a file of the host, and with By=rpm-ostree packages are installed inside of the guest`;
  const remedy =
    setting.key === 'Install'
      ? 'Install it there by hand: rpm-ostree install ./FILE.rpm; or offer it in a repository, and name the package'
      : 'Put it into /etc/yum.repos.d or /etc/pki/rpm-gpg of the guest, or of its tree';
  return { at: setting.at, message, remedy };
};
