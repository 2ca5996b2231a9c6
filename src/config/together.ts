import type { Position, Problem } from './problem.ts';
import { isTrue } from './types.ts';
import type { Values } from './values.ts';

/** What is wrong with values that are each right by themselves. `top` is the place of what is not there. */
export function checkTogether(values: Values, top: Position): Problem[] {
  return [missingRef, missingUrl, missingKey, noNetwork].flatMap((rule) => rule(values, top) ?? []);
}

type Rule = (values: Values, top: Position) => Problem | undefined;

const missingRef: Rule = (values, at) =>
  values.last('Guest', 'Ref') !== undefined
    ? undefined
    : { at, message: 'Ref= is missing in [Guest]', remedy: 'Say where the tree comes from: Ref=REMOTE:REF' };

const missingUrl: Rule = (values, top) => {
  if (!values.has('Remote') || values.last('Remote', 'URL') !== undefined) return undefined;
  const at = values.settings.find(({ section }) => section === 'Remote')?.at ?? top;
  const remedy = "Add it, or leave [Remote] out to use the host's remote";
  return { at, message: 'URL= is missing in [Remote]', remedy };
};

const missingKey: Rule = (values) => {
  const [verify] = values.effective('Remote', 'GPGVerify').slice(-1);
  if (!verify || !isTrue(verify.value) || values.last('Remote', 'GPGKeyPath') !== undefined) return undefined;
  const remedy = 'Add GPGKeyPath=, the file or directory with the keys to trust';
  return { at: verify.at, message: 'GPGVerify= is on, but there is no key to verify with', remedy };
};

/** Only a network of its own can have links, interfaces and ports. */
const noNetwork: Rule = (values) => {
  const [private_] = values.effective('Network', 'Private').slice(-1);
  if (!private_ || isTrue(private_.value)) return undefined;
  const other = values.settings.find(
    ({ section, key, value }) =>
      section === 'Network' &&
      key !== 'Private' &&
      !(key === 'VirtualEthernet' && !isTrue(value)) &&
      value !== '',
  );
  const message = `${other?.key}= needs a network of the guest's own, and Private=no gives it the host's`;
  return other && { at: other.at, message, remedy: 'Leave one of them out' };
};
