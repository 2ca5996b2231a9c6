import { managerRules } from './manager.ts';
import { topOf } from './place.ts';
import type { Position, Problem } from './problem.ts';
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
  if (values.has('Network')) rules.push(noNetwork);
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
