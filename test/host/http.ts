// The mirror over HTTP, on the host's own loopback, telling what was asked of it.
import type { Host } from './host.ts';

export interface MirrorServer {
  readonly url: string;
  /** The paths that were asked for, since the start or the last `forget`. */
  requests(): Promise<string[]>;
  forget(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Serves /srv/mirror (so the repository is at URL/repo), and no other path, as a transient unit.
 * Each answer is held back by `delay` milliseconds, and sent at `rate` bytes a second.
 */
export async function serveMirror(
  host: Host,
  { port = 8080, delay = 0, rate = 0 } = {},
): Promise<MirrorServer> {
  const unit = `mirror-http-${port}`;
  const log = `/run/${unit}.log`;
  await host.sh(`: >${log}`);
  await host.write(`/run/${unit}.cjs`, server(port, log, delay, rate));
  await host.run('systemd-run', '--quiet', `--unit=${unit}`, 'node', `/run/${unit}.cjs`);
  await host.sh(
    `for i in {1..100}; do (: </dev/tcp/127.0.0.1/${port}) 2>&- && exit; sleep 0.1; done
     systemctl status ${unit}; exit 1`,
  );
  return {
    url: `http://127.0.0.1:${port}`,
    requests: async () => (await host.sh(`cat ${log}`)).split('\n').filter(Boolean),
    forget: async () => void (await host.sh(`: >${log}`)),
    stop: async () => void (await host.run('systemctl', 'stop', unit)),
  };
}

const server = (port: number, log: string, delay: number, rate: number) => `
const { appendFileSync, createReadStream, readFileSync, statSync } = require('node:fs');
const { normalize } = require('node:path');
require('node:http').createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
  appendFileSync('${log}', path + '\\n');
  const stat = statSync('/srv/mirror' + path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, { 'content-length': stat.size });
  if (${rate} > 0) return trickle(response, readFileSync('/srv/mirror' + path));
  setTimeout(() => createReadStream('/srv/mirror' + path).pipe(response), ${delay});
}).listen(${port}, '127.0.0.1');
function trickle(response, rest) {
  response.write(rest.subarray(0, ${rate} / 10));
  if (rest.length <= ${rate} / 10) return response.end();
  setTimeout(trickle, 100, response, rest.subarray(${rate} / 10));
}
`;
