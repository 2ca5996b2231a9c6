// lazy: QuickJS reads this file when one of its functions is called.
import { networkOf } from './container.ts';
import { guestNameRule } from './guest-name.ts';
import type { RemoteSection } from './origin.ts';
import { originKeyNames } from './origin-keys.ts';
import { twiceUsedPort } from './ports.ts';
import { topOf } from './positions.ts';
import type { Position, Problem } from './problem.ts';
import { isTrue } from './types.ts';
import type { Values } from './values.ts';

/** Returns the problem of a file that is not named like a guest. */
export const wrongName = (name: string, file: string): Problem => ({
  at: topOf(file),
  message: `'${name}' is not a guest name`,
  remedy: `Name the file after the guest: ${guestNameRule}, then .guest`,
});

export const noOrigin = (_: Values, top: Position): Problem => ({
  at: top,
  message: 'Ref= is missing in [Guest]',
  remedy: 'Say where the tree comes from: Ref=REMOTE:REF, Image=docker://REGISTRY/NAME:TAG, or Build=NAME',
});

export const noUrl = (values: Values, top: Position): Problem => ({
  at: values.in('Remote')[0]?.at ?? top,
  message: 'URL= is missing in [Remote]',
  remedy: "Add it, or remove [Remote] to use the host's remote",
});

export function twoOrigins(values: Values): Problem | undefined {
  const [first, second] = originKeyNames.flatMap((key) => values.final('Guest', key) ?? []);
  if (!first || !second) return undefined;
  const message = `${first.key}= and ${second.key}= exclude each other: a tree has one origin`;
  return { at: second.at, message, remedy: 'Remove one of them' };
}

export const noKey = (values: Values): Problem | undefined => withoutGpgKey(values, 'Remote');

const withoutGpgKey = (values: Values, section: RemoteSection): Problem | undefined =>
  without(values, section, 'GPGVerify', 'GPGKeyPath');

export const noSignatureKey = (values: Values): Problem | undefined => withoutOwnKey(values, 'Remote');

const withoutOwnKey = (values: Values, section: RemoteSection): Problem | undefined =>
  without(values, section, 'SignVerify', 'Ed25519KeyPath');

function without(
  values: Values,
  section: RemoteSection,
  verifies: string,
  path: string,
): Problem | undefined {
  const verify = values.final(section, verifies);
  if (!verify || !isTrue(verify.value) || values.last(section, path) !== undefined) return undefined;
  const message = `${verifies}= is on, but there is no key to verify with`;
  return { at: verify.at, message, remedy: `Add ${path}=, with the keys to trust` };
}

export const halfIdentity = (values: Values): Problem | undefined => halfCertificate(values, 'Remote');

/** OSTree refuses one without the other. */
function halfCertificate(values: Values, section: RemoteSection): Problem | undefined {
  const [cert, key] = ['TLSClientCertPath', 'TLSClientKeyPath'].map((one) => values.final(section, one));
  const only = cert && !key ? cert : key && !cert ? key : undefined;
  if (!only) return undefined;
  const other = only === cert ? 'TLSClientKeyPath' : 'TLSClientCertPath';
  const message = `${only.key}= needs ${other}=`;
  return { at: only.at, message, remedy: `Add ${other}=, or remove ${only.key}=` };
}

/** What is wrong with the remote that a build or a mirror declares. */
export const wrongRemote = (values: Values, section: RemoteSection): Problem[] =>
  [withoutGpgKey, withoutOwnKey, halfCertificate].flatMap((check) => check(values, section) ?? []);

export function noWindow(values: Values): Problem | undefined {
  const length = values.final('Update', 'SwitchWindowSec');
  if (!length || values.effective('Update', 'SwitchOnCalendar').length > 0) return undefined;
  const message = 'SwitchWindowSec= is the length of a maintenance window, but there is no window';
  return { at: length.at, message, remedy: 'Add SwitchOnCalendar=, with the times at which it begins' };
}

export function noLockServer(values: Values): Problem | undefined {
  const group = values.final('Update', 'FleetLockGroup');
  if (!group || values.final('Update', 'FleetLock')) return undefined;
  const message = 'FleetLockGroup= is a group of a FleetLock server, but there is no server';
  return { at: group.at, message, remedy: 'Add FleetLock=, with the URL of the server' };
}

/** Port= needs a network of its own: nspawn's verify_arguments(). */
export function noNetwork(values: Values): Problem | undefined {
  const [port] = values.effective('Network', 'Port');
  if (!port || networkOf(values) !== 'host') return undefined;
  const message = "Port= needs a network of the guest's own, but [Network] gives it the host's network";
  return { at: port.at, message, remedy: 'Add VirtualEthernet=yes, or remove Port=' };
}

export function portTwice(values: Values): Problem | undefined {
  const twice = twiceUsedPort(values);
  if (!twice) return undefined;
  const { at, value } = twice.first;
  const message = `This port of the host is already forwarded: Port=${value} in ${at.file}:${at.line}`;
  return { at: twice.second.at, message, remedy: 'Remove one of them' };
}

/** NamespacePath= excludes other networks: nspawn's verify_arguments(). */
export function manyNetworks(values: Values): Problem | undefined {
  const path = values.final('Network', 'NamespacePath');
  if (!path) return undefined;
  const ownNetworks = ['Interface', 'MACVLAN', 'IPVLAN', 'VirtualEthernetExtra', 'Bridge', 'Zone'];
  const other = [...ownNetworks, 'VirtualEthernet', 'Private'].find((key) => {
    const value = values.last('Network', key);
    return value !== undefined && (ownNetworks.includes(key) || isTrue(value));
  });
  const message = `NamespacePath= and ${other}= exclude each other`;
  return other ? { at: path.at, message, remedy: 'Remove one of them' } : undefined;
}
