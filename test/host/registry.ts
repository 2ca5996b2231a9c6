// A registry for images on the host's own loopback: the reading half of the OCI distribution specification.
import { eventually } from './guests.ts';
import type { Host } from './host.ts';

/** Serves the layout at /srv/image as 127.0.0.1:5000/guest. */
export async function serveImages(host: Host): Promise<void> {
  await host.write('/run/registry.cjs', server);
  await host.write(
    '/etc/containers/registries.conf.d/test.conf',
    '[[registry]]\nlocation = "127.0.0.1:5000"\ninsecure = true\n',
  );
  for (const kind of ['log', 'bytes']) await host.write(`/run/registry.${kind}`, '');
  await host.run('systemd-run', '--quiet', '--unit=registry', 'node', '/run/registry.cjs');
  await eventually(host, ': </dev/tcp/127.0.0.1/5000');
}

/** Returns how often which layers and configurations were fetched since the last call, by their digests. */
export async function fetchedBlobs(host: Host): Promise<string[]> {
  const log = await host.sh('cat /run/registry.log; : >/run/registry.log');
  return log.split('\n').filter((digest) => digest !== '');
}

/** Returns how many bytes of manifests, configurations and layers were fetched since the last call. */
export async function fetchedBytes(host: Host): Promise<number> {
  const log = await host.sh('cat /run/registry.bytes; : >/run/registry.bytes');
  return log.split('\n').reduce((sum, bytes) => sum + Number(bytes), 0);
}

const server = `
const { appendFileSync, createReadStream, readFileSync, statSync } = require('node:fs');
const digestOf = (tag) => JSON.parse(readFileSync('/srv/image/index.json', 'utf8')).manifests
  .find(({ annotations }) => annotations['org.opencontainers.image.ref.name'] === tag)?.digest ?? tag;
require('node:http').createServer((request, response) => {
  const [, kind, name] = /^\\/v2\\/guest\\/(manifests|blobs)\\/([\\w:.-]+)$/.exec(request.url) ?? [];
  if (request.url === '/v2/') return response.writeHead(200).end();
  const digest = kind === 'manifests' ? digestOf(name) : name;
  const file = '/srv/image/blobs/sha256/' + digest?.slice(7);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!kind || !stat?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, {
    'content-length': stat.size,
    'docker-content-digest': digest,
    'content-type': kind === 'manifests' ? 'application/vnd.oci.image.manifest.v1+json' : 'application/octet-stream',
  });
  if (request.method === 'HEAD') response.end();
  else {
    if (kind === 'blobs') appendFileSync('/run/registry.log', name + '\\n');
    appendFileSync('/run/registry.bytes', stat.size + '\\n');
    createReadStream(file).pipe(response);
  }
}).listen(5000, '127.0.0.1');
`;
