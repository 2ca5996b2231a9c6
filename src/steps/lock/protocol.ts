// The FleetLock protocol, in the dialects of airlock and of poseidon/fleetlock. No side effects.

import { createHmac } from 'node:crypto';
import type { FleetLock } from '../../config/policy.ts';
import { excerpt } from '../../config/problem.ts';
import { parseFields, WrongJson } from '../../host/json-fields.ts';
import type { Posted } from '../../host/post.ts';
import type { LockRefusal } from '../../state/fleet-lock.ts';

/** The paths of the protocol below the URL of a server. */
export const lockPaths = { ask: 'v1/pre-reboot', giveBack: 'v1/steady-state' } as const;

/** Without this header, a server refuses: a web page cannot send it to a server of another site. */
export const lockHeaders = { 'fleet-lock-protocol': 'true', 'content-type': 'application/json' } as const;

export const lockBody = (id: string, group: string): string =>
  JSON.stringify({ client_params: { id, group } });

/** A server that said no. */
export interface ServerRefusal extends Pick<LockRefusal, 'kind' | 'reason'> {
  /** The key of the guest file that is wrong. */
  readonly key?: 'FleetLock' | 'FleetLockGroup' | undefined;
  /** False if the server surely has not given the lock. */
  readonly mayHold: boolean;
}

/** Reads an answer; undefined if it is yes. Only the status is fixed by the protocol, and a proxy may have answered. */
export function refusalOf({ status, body, location }: Posted): ServerRefusal | undefined {
  if (status >= 200 && status < 300) return undefined;
  const { kind, value } = errorOf(body);
  const words = [kind, value].filter(Boolean).join(': ');
  const reason = `HTTP ${status}${words && `, ${words}`}`;
  if (status === 423 || kind === 'failed_lock' || kind === 'lock_held') {
    // airlock says the same if its database does not answer, which may have taken the lock.
    const mayHold = kind === 'failed_lock' && !/^all \d+ semaphore slots currently locked$/.test(value);
    return { kind: 'full', reason: `no lock is free (${reason})`, mayHold };
  }
  if (status >= 300 && status < 400) {
    const to = location === undefined ? '' : ` to ${excerpt(location)}`;
    return {
      kind: 'mistake',
      reason: `it redirects${to} (HTTP ${status})`,
      key: 'FleetLock',
      mayHold: false,
    };
  }
  if (status >= 500 || status === 408 || status === 429) return { kind: 'trouble', reason, mayHold: true };
  const key = kind === 'unknown_group' || kind === 'invalid_group' ? 'FleetLockGroup' : 'FleetLock';
  return { kind: 'mistake', reason, key, mayHold: false };
}

/** Reads the object with which servers say no. airlock sends it as text/plain. Anything else may be the page of a proxy. */
function errorOf(body: string): { kind: string; value: string } {
  try {
    const fields = parseFields(body);
    return { kind: excerpt(fields.text('kind')), value: excerpt(fields.optionalText('value') ?? '') };
  } catch (error) {
    if (error instanceof WrongJson) return { kind: '', value: '' };
    throw error;
  }
}

/** Of this program: systemd's machine-id(5) says that the machine ID itself is not for others. */
const application = Buffer.from('26137f24-d12a-5368-8957-d27ae10c0cc0'.replaceAll('-', ''), 'hex');

/**
 * Makes the client ID of a guest from the machine ID of its host, as sd_id128_get_machine_app_specific(3) does: the server cannot tell
 * the machine ID from it. Each guest of a host has its own.
 */
export function clientId(machineId: string, guest: string): string {
  const key = Buffer.from(machineId, 'hex');
  const id = createHmac('sha256', key).update(application).update(guest).digest().subarray(0, 16);
  // A random UUID by its form: RFC 9562, version 4.
  id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x40, 6);
  id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
  return id.toString('hex');
}

/** Returns the whole address of a request. */
export const addressOf = ({ url }: Pick<FleetLock, 'url'>, path: keyof typeof lockPaths): string =>
  `${url}/${lockPaths[path]}`;
