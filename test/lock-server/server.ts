// A FleetLock server for tests, in the dialects of airlock and of poseidon/fleetlock, as far as clients can tell them apart.
import { createServer, type Server } from 'node:http';

export type Dialect = 'airlock' | 'poseidon';

/** How many clients of each group may hold a lock. */
export type Slots = Readonly<Record<string, number>>;

interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

/** The locks of all groups. Nothing here grows with the number of requests. */
export class Locks {
  readonly dialect: Dialect;
  readonly slots: Slots;
  readonly holders = new Map<string, Set<string>>();

  constructor(dialect: Dialect, slots: Slots) {
    this.dialect = dialect;
    this.slots = slots;
  }

  answer(path: string, headers: Readonly<Record<string, unknown>>, body: string): Reply {
    if (headers['fleet-lock-protocol'] !== 'true')
      return this.#no(400, 'missing_header', 'missing required header fleet-lock-protocol');
    const client = clientIn(body);
    if (!client) return this.#no(400, 'invalid_client_identity', 'client identity validation failed');
    // poseidon makes a lock for any group.
    const slots = this.slots[client.group] ?? (this.dialect === 'poseidon' ? 1 : undefined);
    if (slots === undefined) return this.#no(400, 'unknown_group', `unknown group ${client.group}`);
    const held = this.holders.get(client.group) ?? new Set();
    this.holders.set(client.group, held);
    if (path === '/v1/steady-state') {
      held.delete(client.id);
      return { status: 200 };
    }
    if (path !== '/v1/pre-reboot') return { status: 404, type: 'text/html', body: '<h1>not found</h1>' };
    if (held.has(client.id)) return { status: 200 };
    if (held.size >= slots) return this.#full(held);
    held.add(client.id);
    return { status: 200 };
  }

  #full(held: ReadonlySet<string>): Reply {
    return this.dialect === 'airlock'
      ? this.#no(500, 'failed_lock', `all ${held.size} semaphore slots currently locked`)
      : this.#no(423, 'lock_held', `lock is held by ${[...held].join()}`);
  }

  #no(status: number, kind: string, value: string): Reply {
    const type = this.dialect === 'airlock' ? 'text/plain; charset=utf-8' : 'application/json';
    return { status, type, body: `${JSON.stringify({ kind, value })}\n` };
  }
}

export function clientIn(body: string): { id: string; group: string } | undefined {
  const found = /^\{"client_params":\{"id":"([0-9a-f]{32})","group":"([a-zA-Z0-9.-]+)"\}\}$/.exec(body);
  return found?.[1] && found[2] ? { id: found[1], group: found[2] } : undefined;
}

/** Serves the locks below a path, as behind a reverse proxy. `seen` is told of each request before it is answered. */
export function serveLocks(
  locks: Locks,
  below = '',
  seen: (path: string, body: string) => void = () => {},
): Server {
  return createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      const path = (request.url ?? '').replace(below, '');
      seen(path, body);
      const { status, type, body: text = '' } = locks.answer(path, request.headers, body);
      response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(text);
    });
  });
}
