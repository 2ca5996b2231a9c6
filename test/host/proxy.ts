// A proxy that keeps what it fetched: Debian's packages, as hosts in tests download them, with as little network as possible.
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianMirror, retries } from './debian.ts';
import { cacheDirectory } from './paths.ts';
import { say } from './say.ts';

/** Serves on a socket. */
export async function cachingProxy(socket: string): Promise<{ stop(): void }> {
  const kept = join(cacheDirectory(), 'http');
  mkdirSync(kept, { recursive: true });
  const mirror = await debianMirror();
  const server = createServer((request, response) => {
    const url = (request.url ?? '').replace('http://deb.debian.org/debian/', `${mirror}/`);
    answer(url, kept, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  return { stop: () => server.close() };
}

async function answer(url: string, kept: string, response: ServerResponse): Promise<void> {
  const file = join(kept, createHash('sha256').update(url).digest('hex'));
  if (!isFresh(url, file)) {
    const status = await fetchAgain(url, file);
    if (status !== 200 && !existsSync(file)) return void response.writeHead(status).end();
  }
  response.writeHead(200, { 'content-length': statSync(file).size });
  await pipeline(createReadStream(file), response);
}

/** Packages and indexes have a version or a digest in their names; what names these is asked for again after some hours. */
function isFresh(url: string, file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  const age = Date.now() - (stat?.mtimeMs ?? 0);
  return stat !== undefined && (!/Release(\.gpg)?$/.test(url) || age < 12 * 3600_000);
}

/** Fetches a file, again after some seconds if the mirror does not answer; returns the status of the last answer. */
async function fetchAgain(url: string, file: string): Promise<number> {
  for (let tried = 1; ; tried += 1) {
    const status = await fetchInto(url, file);
    if (status < 500) return status;
    if (tried > retries) {
      say(`cannot download ${url}: ${status}`);
      return status;
    }
    await sleep(tried * 1000);
  }
}

/** Fetches a file as a whole; returns the status of the answer, 503 if there was none. */
async function fetchInto(url: string, file: string): Promise<number> {
  const part = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    const { ok, status, body } = await fetch(url);
    if (!ok || !body) return status;
    await pipeline(Readable.fromWeb(body as never), createWriteStream(part));
    renameSync(part, file);
    return status;
  } catch {
    return 503;
  } finally {
    rmSync(part, { force: true });
  }
}
