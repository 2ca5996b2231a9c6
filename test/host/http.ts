// The mirror over HTTP, on the host's own loopback or in a network of hosts, telling what was asked of it.
import { eventually } from './guests.ts';
import type { Host } from './host.ts';

export interface MirrorServer {
  readonly url: string;
  /** Where the host has the paths that were asked for. */
  readonly log: string;
  /** The paths that were asked for, since the start or the last `forget`. */
  requests(): Promise<string[]>;
  forget(): Promise<void>;
  /** Sends what was held back. */
  release(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Serves /srv/mirror (so the repository is at URL/repo), and no other path, as a transient unit.
 * Each answer is held back by `delay` milliseconds until `release`, and sent at `rate` bytes a second. After so many files, all
 * others are held back until `release`.
 */
export async function serveMirror(
  host: Host,
  { address = '127.0.0.1', port = 8080, delay = 0, rate = 0, files = Number.MAX_SAFE_INTEGER } = {},
): Promise<MirrorServer> {
  const unit = `mirror-http-${port}`;
  const log = `/run/${unit}.log`;
  await host.sh(`: >${log}; rm -f /run/${unit}.go`);
  await host.write(
    `/run/${unit}.cjs`,
    server({ address, port, log, go: `/run/${unit}.go`, delay, rate, files }),
  );
  await host.run('systemd-run', '--quiet', `--unit=${unit}`, 'node', `/run/${unit}.cjs`);
  await eventually(host, `: </dev/tcp/${address}/${port}`);
  return {
    url: `http://${address}:${port}`,
    log,
    requests: async () => (await host.sh(`cat ${log}`)).split('\n').filter(Boolean),
    forget: async () => void (await host.sh(`: >${log}`)),
    release: async () => void (await host.sh(`touch /run/${unit}.go`)),
    stop: async () => void (await host.run('systemctl', 'stop', unit)),
  };
}

interface Behaviour {
  readonly address: string;
  readonly port: number;
  readonly log: string;
  /** Exists when nothing is held back any more. */
  readonly go: string;
  readonly delay: number;
  readonly rate: number;
  readonly files: number;
}

const server = ({ address, port, log, go, delay, rate, files }: Behaviour) => `
const { appendFileSync, closeSync, createReadStream, existsSync, fstatSync, openSync, readFileSync } = require('node:fs');
const { normalize } = require('node:path');
let files = 0;
require('node:http').createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
  appendFileSync('${log}', path + '\\n');
  const file = open('/srv/mirror' + path);
  if (file === undefined) return response.writeHead(404).end();
  const { ino, mtimeMs, size } = fstatSync(file);
  // Conditional requests are for repositories of packages.
  const etag = path.startsWith('/repo/') ? undefined : '"' + ino + '-' + mtimeMs + '"';
  if (etag && request.headers['if-none-match'] === etag) {
    closeSync(file);
    return response.writeHead(304).end();
  }
  response.writeHead(200, { 'content-length': size, ...(etag && { etag }) });
  if (${rate} > 0) return trickle(response, readFileSync(file));
  const send = () => createReadStream('', { fd: file }).pipe(response);
  if (path.endsWith('.filez')) files += 1;
  if (path.endsWith('.filez') && files > ${files}) return hold(send);
  setTimeout(send, existsSync('${go}') ? 0 : ${delay});
}).listen(${port}, '${address}');
// Once: the size that is told must be that of what is sent, also of a file that is replaced in between.
function open(path) {
  try {
    const file = openSync(path);
    return fstatSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}
function hold(send) {
  if (existsSync('${go}')) return send();
  setTimeout(hold, 100, send);
}
function trickle(response, rest) {
  response.write(rest.subarray(0, ${rate} / 10));
  if (rest.length <= ${rate} / 10) return response.end();
  setTimeout(trickle, 100, response, rest.subarray(${rate} / 10));
}
`;
