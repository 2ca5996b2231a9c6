// lazy: QuickJS reads this file when one of its functions is called.
import { networkOf } from './container.ts';
import { twiceUsedPort } from './ports.ts';
import { topOf } from './positions.ts';
import type { Position, Problem } from './problem.ts';
import { managerRules } from './self-managed-rules.ts';
import { isTrue } from './types.ts';
import type { Setting, Values } from './values.ts';

/** What is said of a file whose name is not one of a guest. */
export const wrongName = (name: string, file: string): Problem => ({
  at: topOf(file),
  message: `'${name}' is not a guest name`,
  remedy: 'Name the file after the guest: 1 to 63 of a-z, 0-9 and -, then .guest',
});

/** What is wrong with values that are each right by themselves. `file` is the place of what is not there. */
export function checkTogether(values: Values, file: string): Problem[] {
  const top = topOf(file);
  const rules = [oneOrigin];
  if (values.last('Update', 'By') === 'rpm-ostree') rules.push(...managerRules());
  if (values.has('Remote')) rules.push(missingUrl, missingKey);
  if (values.has('Network')) rules.push(noNetwork, onePort, oneNetwork);
  const problems: Problem[] = [];
  for (const rule of rules) {
    const problem = rule(values, top);
    if (problem) problems.push(problem);
  }
  return problems;
}

export type Rule = (values: Values, top: Position) => Problem | undefined;

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

const missingUrl: Rule = (values, top) => {
  if (values.last('Remote', 'URL') !== undefined) return undefined;
  const at = values.in('Remote')[0]?.at ?? top;
  const remedy = "Add it, or leave [Remote] out to use the host's remote";
  return { at, message: 'URL= is missing in [Remote]', remedy };
};

const missingKey: Rule = (values) =>
  without(values, 'GPGVerify', 'GPGKeyPath') ?? without(values, 'SignVerify', 'Ed25519KeyPath');

function without(values: Values, verifies: string, path: string): Problem | undefined {
  const verify = values.final('Remote', verifies);
  if (!verify || !isTrue(verify.value) || values.last('Remote', path) !== undefined) return undefined;
  const message = `${verifies}= is on, but there is no key to verify with`;
  return { at: verify.at, message, remedy: `Add ${path}=, with the keys to trust` };
}

/** Only a network of its own has ports: nspawn's verify_arguments(). */
const noNetwork: Rule = (values) => {
  const [port] = values.effective('Network', 'Port');
  if (!port || networkOf(values) !== 'host') return undefined;
  const message = "Port= needs a network of the guest's own, and by what [Network] says it has the host's";
  return { at: port.at, message, remedy: 'Add VirtualEthernet=yes, or leave it out' };
};

const onePort: Rule = (values) => {
  const twice = twiceUsedPort(values);
  if (!twice) return undefined;
  const { at, value } = twice.first;
  const message = `The same port of the host leads elsewhere, too: Port=${value} in ${at.file}:${at.line}`;
  return { at: twice.second.at, message, remedy: 'Leave one of them out' };
};

/** nspawn's verify_arguments(), too. */
const oneNetwork: Rule = (values) => {
  const path = values.final('Network', 'NamespacePath');
  if (!path) return undefined;
  const beside = ['Interface', 'MACVLAN', 'IPVLAN', 'VirtualEthernetExtra', 'Bridge', 'Zone'];
  const other = [...beside, 'VirtualEthernet', 'Private'].find((key) => {
    const value = values.last('Network', key);
    return value !== undefined && (beside.includes(key) || isTrue(value));
  });
  const message = `NamespacePath= is another network than that of ${other}=`;
  return other ? { at: path.at, message, remedy: 'Leave one of them out' } : undefined;
};
