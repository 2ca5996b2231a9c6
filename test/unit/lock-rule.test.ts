// What is asked of a FleetLock server, what its answers mean, and what becomes of a lock, case by case.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { post } from '../../src/host/post.ts';
import { proxyFor } from '../../src/host/proxy-rule.ts';
import type { Lock, LockWish } from '../../src/state/fleet-lock.ts';
import { clientId, lockBody, lockHeaders, refusalOf } from '../../src/steps/lock/protocol.ts';
import { decide, type Idle, isTakenOver, type LockState, whenIdle } from '../../src/steps/lock/rule.ts';
import { Locks, serveLocks } from '../lock-server/server.ts';
import { cert, key } from '../lock-server/tls.ts';
import { commit } from './names.ts';
import { complaints, guestOf } from './read.ts';

const web = { url: 'https://lock', group: 'web' };
const other = { url: 'https://other', group: 'web' };
const wish: LockWish = { checksum: commit('b'), trigger: 'timer' };
const held: Lock = { ...web, id: 'f'.repeat(32), isHeld: true, since: 1, fault: undefined };
const asked: Lock = { ...held, isHeld: false };

describe('the service for the lock', () => {
  const ask = (server = web) => ({ kind: 'ask', server, wish });
  const giveBack = (lock: Lock) => ({ kind: 'giveBack', lock });
  test.each<[title: string, state: Partial<LockState>, expected: object]>([
    ['has nothing to do', { declared: web }, { kind: 'nothing' }],
    ['asks for a lock', { declared: web, wish }, ask()],
    ['asks again if no answer came', { declared: web, wish, lock: asked }, ask()],
    ['has the lock', { declared: web, wish, lock: held }, { kind: 'nothing' }],
    ['gives back a lock that is not needed', { declared: web, lock: held }, giveBack(held)],
    ['gives back what it may have got', { declared: web, lock: asked }, giveBack(asked)],
    ['gives it back without the key', { wish, lock: held }, giveBack(held)],
    ['asks nobody without the key', { wish }, { kind: 'nothing' }],
    ['keeps a lock of another server', { declared: other, wish, lock: held }, { kind: 'nothing' }],
    ['gives it back there', { declared: other, lock: held }, giveBack(held)],
    ['asks another server after it gave back', { declared: other, wish, lock: asked }, giveBack(asked)],
    [
      'asks for another group after it gave back',
      { declared: { ...web, group: 'db' }, wish, lock: asked },
      giveBack(asked),
    ],
    [
      'asks under a new name after it gave back',
      { declared: web, wish, lock: asked, id: 'e'.repeat(32) },
      giveBack(asked),
    ],
    [
      'keeps a lock that it has under its old name',
      { declared: web, wish, lock: held, id: 'e'.repeat(32) },
      { kind: 'nothing' },
    ],
    ['asks another server', { declared: other, wish }, ask(other)],
  ])('%s', (_, state, expected) => {
    const none = { declared: undefined, wish: undefined, lock: undefined, id: held.id };
    expect(decide({ ...none, ...state })).toEqual(expected);
  });
});

test.each<[title: string, wished: LockWish | undefined, expected: boolean]>([
  ['it was taken for this deployment', wish, false],
  ['nobody wishes for it', undefined, false],
  ['a switch to a later update needs it', { ...wish, checksum: commit('c') }, true],
])('a deployment is blessed, and has a lock: %s', (_, wished, expected) => {
  expect(isTakenOver(wished, commit('b'))).toBe(expected);
});

describe('a lock that no switch works on', () => {
  test.each<[title: string, idle: Partial<Idle>, expected: ReturnType<typeof whenIdle>]>([
    ['is given back if the guest is healthy', {}, 'judge'],
    ['is kept while the guest is down', { machine: 'stopped' }, 'keep'],
    ['is kept while the guest starts', { machine: 'changing' }, 'keep'],
    ['is kept during a trial', { isOnTrial: true }, 'keep'],
    ['is given back if nothing needs it', { isWanted: false }, 'giveBack'],
    [
      'is given back if nothing needs it, also of a guest that is down',
      { isWanted: false, machine: 'stopped' },
      'giveBack',
    ],
    ['is left alone while a start may be about to ask', { isWanted: false, machine: 'changing' }, 'keep'],
    ['is no longer wished for if it was not given', { mayHold: false }, 'giveBack'],
    ['is wished for by a start', { mayHold: false, machine: 'changing' }, 'keep'],
  ])('%s', (_, idle, expected) => {
    const all: Idle = { isWanted: true, mayHold: true, machine: 'running', isOnTrial: false, ...idle };
    expect(whenIdle(all)).toBe(expected);
  });
});

describe('an answer', () => {
  const no = (kind: string, value?: string) => JSON.stringify({ kind, value });
  test.each<[title: string, status: number, body: string, expected: object | undefined]>([
    ['is yes', 200, '', undefined],
    ['is yes, without content', 204, '', undefined],
    [
      'of airlock: full',
      500,
      no('failed_lock', 'all 4 semaphore slots currently locked'),
      {
        kind: 'full',
        reason: 'no lock is free (HTTP 500, failed_lock: all 4 semaphore slots currently locked)',
        mayHold: false,
      },
    ],
    [
      'of airlock: the slots could not be written, or were',
      500,
      no('failed_lock', 'etcdserver: request timed out'),
      {
        kind: 'full',
        reason: 'no lock is free (HTTP 500, failed_lock: etcdserver: request timed out)',
        mayHold: true,
      },
    ],
    [
      'of poseidon: full',
      423,
      no('lock_held', 'held by x'),
      { kind: 'full', reason: 'no lock is free (HTTP 423, lock_held: held by x)', mayHold: false },
    ],
    [
      'of a group that the server does not know',
      400,
      no('unknown_group', 'unknown group web'),
      {
        kind: 'mistake',
        reason: 'HTTP 400, unknown_group: unknown group web',
        key: 'FleetLockGroup',
        mayHold: false,
      },
    ],
    [
      'about the identity',
      400,
      no('invalid_client_identity'),
      { kind: 'mistake', reason: 'HTTP 400, invalid_client_identity', key: 'FleetLock', mayHold: false },
    ],
    [
      'of some other web server',
      404,
      '<h1>not found</h1>',
      { kind: 'mistake', reason: 'HTTP 404', key: 'FleetLock', mayHold: false },
    ],
    [
      'of a server that has lost etcd',
      500,
      no('failed_sem_init', 'timeout'),
      { kind: 'trouble', reason: 'HTTP 500, failed_sem_init: timeout', mayHold: true },
    ],
    [
      'of a proxy whose server is down',
      502,
      '<html>',
      { kind: 'trouble', reason: 'HTTP 502', mayHold: true },
    ],
    ['of a server that has too much to do', 429, '', { kind: 'trouble', reason: 'HTTP 429', mayHold: true }],
    ['that is not an object', 503, '[1]', { kind: 'trouble', reason: 'HTTP 503', mayHold: true }],
  ])('%s', (_, status, body, expected) => {
    expect(refusalOf({ status, body })).toEqual(expected);
  });

  test('that leads elsewhere is not followed', () => {
    expect(refusalOf({ status: 301, body: '', location: 'https://lock/' })).toEqual({
      kind: 'mistake',
      reason: 'it redirects to https://lock/ (HTTP 301)',
      key: 'FleetLock',
      mayHold: false,
    });
  });
});

test('each guest of each host is a client of its own', () => {
  const machine = '0123456789abcdef0123456789abcdef';
  const ids = [
    clientId(machine, 'mail'),
    clientId(machine, 'web'),
    clientId(machine.replace('0', 'f'), 'mail'),
  ];
  expect(new Set(ids).size).toBe(3);
  // A random UUID by its form, and the same at all times.
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  expect(clientId(machine, 'mail')).toBe(ids[0]);
});

describe('FleetLock=', () => {
  test.each<[lines: string, expected: object | undefined]>([
    ['', undefined],
    ['FleetLock=https://lock', { url: 'https://lock', group: 'default' }],
    ['FleetLock=http://lock:8080/below/', { url: 'http://lock:8080/below', group: 'default' }],
    ['FleetLock=https://lock\nFleetLockGroup=web.1', { url: 'https://lock', group: 'web.1' }],
    ['FleetLock=https://lock\nFleetLockGroup=web\nFleetLock=\nFleetLockGroup=', undefined],
  ])('%j', (lines, expected) => {
    expect(guestOf(`[Guest]\nRef=site:x\n[Update]\n${lines}\n`).update.fleetLock).toEqual(expected);
  });

  test.each([
    ['FleetLock=lock', 'Expected a URL that starts with http:// or https://'],
    ['FleetLock=https://joe:secret@lock', 'without a user'],
    ['FleetLock=https://lock\nFleetLockGroup=a b', 'Expected a name of letters, digits, - and .'],
    ['FleetLockGroup=web', 'there is no server'],
    ['FleetLock=https://lock\nBy=rpm-ostree', 'FleetLock= cannot be used with By=rpm-ostree'],
  ])('is refused: %j', (lines, message) => {
    expect(complaints(`[Guest]\nRef=site:x\n[Update]\n${lines}\n`)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});

describe('a proxy', () => {
  const here = {
    http_proxy: 'proxy:3128',
    https_proxy: 'http://secure:3128',
    no_proxy: 'lan, .example.org,alone:81',
  };
  test.each<[url: string, variables: Record<string, string>, expected: string | undefined]>([
    ['https://lock', {}, undefined],
    ['http://lock', here, 'http://proxy:3128/'],
    ['https://lock', here, 'http://secure:3128/'],
    ['https://lock', { all_proxy: 'http://any' }, 'http://any/'],
    ['https://lock', { HTTPS_PROXY: 'http://upper' }, 'http://upper/'],
    ['https://lan', here, undefined],
    ['https://lock.lan', here, undefined],
    ['https://notlan', here, 'http://secure:3128/'],
    ['https://lock.example.org', here, undefined],
    ['http://alone:81', here, undefined],
    ['https://lock', { ...here, no_proxy: 'lock:443' }, undefined],
    ['http://alone:82', here, 'http://proxy:3128/'],
    ['http://lock', { ...here, no_proxy: '*' }, undefined],
    ['http://[::1]:80', { ...here, no_proxy: '::1' }, undefined],
    ['http://lock', { http_proxy: 'http://' }, undefined],
  ])('for %s', (url, variables, expected) => {
    expect(proxyFor(new URL(url), variables)?.href).toBe(expected);
  });
});

const work = mkdtempSync(join(tmpdir(), 'lock-rule-'));
afterAll(() => rmSync(work, { recursive: true }));
const authority = join(work, 'authority.pem');
writeFileSync(authority, cert);

describe('a request', () => {
  const servers: Server[] = [];
  // Proxies of the machine that runs this are not meant.
  beforeEach(() => {
    for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'])
      for (const variable of [name, name.toUpperCase()]) vi.stubEnv(variable, '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  async function listen(server: Server, address = '127.0.0.1'): Promise<string> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const ask = (url: string, limit = 60_000) =>
    post({ url: `${url}/v1/pre-reboot`, headers: lockHeaders, body: lockBody('a'.repeat(32), 'web'), limit });

  test.each(['airlock', 'poseidon'] as const)('is understood by %s, below a path', async (dialect) => {
    const locks = new Locks(dialect, { web: 1 });
    const url = await listen(serveLocks(locks, '/fleet'));
    expect(refusalOf(await ask(`${url}/fleet`))).toBeUndefined();
    expect([...(locks.holders.get('web') ?? [])]).toEqual(['a'.repeat(32)]);
    locks.holders.set('web', new Set(['b'.repeat(32)]));
    expect(refusalOf(await ask(`${url}/fleet`))).toMatchObject({ kind: 'full' });
  });

  test('ends if no answer comes', async () => {
    const url = await listen(createServer(() => undefined));
    await expect(ask(url, 50)).rejects.toThrow('no answer within 0.05 s');
  });

  test('ends if the answer is none of this protocol', async () => {
    const server = createServer();
    server.on('connection', (socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    await expect(ask(await listen(server))).rejects.toThrow('no answer');
  });

  test('reads no more of an answer than its beginning', async () => {
    const url = await listen(createServer((_, response) => response.writeHead(500).end('x'.repeat(1 << 22))));
    const { status, body } = await ask(url);
    expect([status, body.length]).toEqual([500, 16 << 10]);
  });

  test('goes by way of a proxy, which gets its password', async () => {
    const asked: unknown[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url, request.headers.host, request.headers['proxy-authorization']);
      response.end();
    });
    vi.stubEnv('http_proxy', (await listen(proxy)).replace('//', '//joe:p%40ss@'));
    expect(refusalOf(await ask('http://lock.invalid'))).toBeUndefined();
    const password = Buffer.from('joe:p@ss').toString('base64');
    expect(asked).toEqual(['http://lock.invalid/v1/pre-reboot', 'lock.invalid', `Basic ${password}`]);
  });

  describe('to a server with TLS', () => {
    const secure = async (address?: string) => {
      const server = createTlsServer({ key, cert }, (_, response) => response.end());
      return (await listen(server, address)).replace('http', 'https');
    };

    test('is sent if its authority is one of the host', async () => {
      const url = await secure();
      vi.stubEnv('SSL_CERT_FILE', authority);
      expect(refusalOf(await ask(url))).toBeUndefined();
    });

    test('is not sent to one that nobody vouches for', async () => {
      await expect(ask(await secure())).rejects.toThrow('self-signed certificate');
    });

    test('is not sent to another host than that of the certificate', async () => {
      vi.stubEnv('SSL_CERT_FILE', authority);
      const url = await secure('0.0.0.0');
      await expect(ask(url.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow(
        "127.0.0.2 is not in the cert's list",
      );
    });

    test('goes through a tunnel of a proxy', async () => {
      vi.stubEnv('SSL_CERT_FILE', authority);
      const { port } = new URL(await secure());
      const asked: unknown[] = [];
      const proxy = createServer();
      proxy.on('connect', (request, socket) => {
        asked.push(request.url);
        const onwards = connect(Number(port), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.pipe(onwards).pipe(socket);
        });
        // At the end of the test, either side may be cut off.
        for (const one of [socket, onwards]) one.on('error', () => undefined);
      });
      vi.stubEnv('https_proxy', await listen(proxy));
      expect(refusalOf(await ask('https://localhost:8443'))).toBeUndefined();
      expect(asked).toEqual(['localhost:8443']);
    });
  });

  test('says that a proxy refuses', async () => {
    const proxy = createServer();
    proxy.on('connect', (_, socket) =>
      socket.on('error', () => undefined).end('HTTP/1.1 403 Forbidden\r\n\r\n'),
    );
    vi.stubEnv('https_proxy', await listen(proxy));
    await expect(ask('https://lock.invalid')).rejects.toThrow('refuses lock.invalid:443 (HTTP 403)');
  });
});
