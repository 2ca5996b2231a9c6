import { existsSync, readFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { proxies } from './proxies.ts';
import { hostOf, proxyFor } from './proxy-rule.ts';

/** The answer to a request. */
export interface Posted {
  readonly status: number;
  /** The beginning of it. */
  readonly body: string;
  /** Where a redirection leads. */
  readonly location?: string | undefined;
}

export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** In milliseconds, for all of it. */
  readonly limit: number;
}

/** How much of an answer is read, in bytes. */
const longest = 16 << 10;

/**
 * Sends a POST request, by way of a proxy if the environment has one (curl(1), ENVIRONMENT). Believes the certificate authorities of
 * the host, as curl(1) and ostree(1) do. Follows no redirection. Fails if there is no answer within the limit.
 */
export async function post({ url, headers, body, limit }: Letter): Promise<Posted> {
  const to = new URL(url);
  const proxy = proxyFor(to, proxies());
  const signal = AbortSignal.timeout(limit);
  try {
    const request = await opened(to, proxy, { method: 'POST', headers, signal });
    return await answerTo(request, body);
  } catch (error) {
    throw signal.aborted ? new Error(`no answer within ${limit / 1000} s`) : error;
  }
}

interface Request {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Begins a request. Over a proxy, TLS goes through a tunnel. */
async function opened(to: URL, proxy: URL | undefined, request: Request): Promise<ClientRequest> {
  if (to.protocol === 'http:') {
    if (!proxy) return httpRequest(to, { ...request, agent: false });
    const headers = { ...request.headers, host: to.host, ...authorization(proxy) };
    return httpRequest(placeOf(proxy), { ...request, agent: false, path: to.href, headers });
  }
  const ca = authorities();
  if (!proxy) return httpsRequest(to, { ...request, agent: false, ...ca });
  const socket = await tunnel(to, proxy, request.signal);
  const createConnection = () => connectTls({ socket, servername: hostOf(to), ...ca });
  // An agent would make the connection itself.
  return httpsRequest(to, { ...request, createConnection });
}

const placeOf = ({ protocol, host }: URL): URL => new URL(`${protocol}//${host}`);

const authorization = ({ username, password }: URL): Record<string, string> => {
  if (username === '') return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(text).toString('base64')}` };
};

function tunnel(to: URL, proxy: URL, signal: AbortSignal): Promise<import('node:net').Socket> {
  const path = `${to.hostname}:${to.port || 443}`;
  const headers = { host: path, ...authorization(proxy) };
  return new Promise((resolve, reject) => {
    const asked = httpRequest(placeOf(proxy), { method: 'CONNECT', path, headers, agent: false, signal });
    asked.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} refuses ${path} (HTTP ${statusCode})`));
    });
    asked.on('error', reject).end();
  });
}

const answerTo = (request: ClientRequest, body: string): Promise<Posted> =>
  new Promise((resolve, reject) => {
    let isAnswered = false;
    request.on('error', reject);
    request.on('response', (answer) => {
      isAnswered = true;
      read(answer).then(resolve, reject);
    });
    request.on('close', () => {
      // An answer such as "101 Switching Protocols" is neither.
      if (!isAnswered) reject(new Error('no answer of the protocol'));
    });
    request.end(body);
  });

async function read(answer: IncomingMessage): Promise<Posted> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer) {
    const bytes = Buffer.from(part);
    parts.push(bytes);
    length += bytes.length;
    // Ending the loop also closes the connection.
    if (length >= longest) break;
  }
  const body = Buffer.concat(parts).subarray(0, longest).toString('utf8');
  return { status: answer.statusCode ?? 0, body, location: answer.headers.location };
}

/** Where systems keep all certificate authorities that they trust: those of Debian, Fedora, SUSE and Alpine. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Returns the authorities of the host, or those of $SSL_CERT_FILE, as OpenSSL does; without any, Node has its own. */
function authorities(): { readonly ca?: string } {
  const named = process.env['SSL_CERT_FILE'];
  const bundle = [...(named ? [named] : []), ...bundles].find((file) => existsSync(file));
  return bundle === undefined ? {} : { ca: readFileSync(bundle, 'utf8') };
}
