// A server with a certificate of a private authority, for clients with a certificate of the same, in front of another server of the
// host; and a proxy that leads to it.
import { eventually } from './guests.ts';
import type { Host } from './host.ts';

/** The files of the authority and of a client, on the host. */
export const tls = {
  ca: '/srv/tls/ca.pem',
  certificate: '/srv/tls/client.pem',
  key: '/srv/tls/client.key',
} as const;

interface Front {
  readonly port: number;
  /** The port of the server that it is in front of. */
  readonly to: number;
  /** NAME:PASSWORD that a client has to send. */
  readonly login?: string;
}

/** Serves https://mirror.example:PORT on 127.0.0.1. */
export async function serveTls(host: Host, { port, to, login = '' }: Front): Promise<void> {
  await makeCertificates(host);
  const unit = `tls-${port}`;
  await host.write(`/run/${unit}.cjs`, front(port, to, login));
  await host.run('systemd-run', '--quiet', `--unit=${unit}`, 'node', `/run/${unit}.cjs`);
  await eventually(host, `: </dev/tcp/127.0.0.1/${port}`);
}

/** Serves a proxy at 127.0.0.1:3128 that leads all connections to a port of the host, and writes to /run/proxy.log where they were to go. */
export async function serveProxy(host: Host, to: number): Promise<void> {
  await host.write('/run/proxy.cjs', proxy(to));
  await host.run('systemd-run', '--quiet', '--unit=proxy', 'node', '/run/proxy.cjs');
  await eventually(host, ': </dev/tcp/127.0.0.1/3128');
}

const makeCertificates = (host: Host): Promise<string> =>
  host.sh(`[ ! -e /srv/tls ] || exit 0; mkdir -p /srv/tls; cd /srv/tls; chmod 700 .
    new='req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3'
    openssl $new -keyout ca.key -out ca.pem -subj /CN=authority
    for name in server client; do
      openssl $new -CA ca.pem -CAkey ca.key -keyout $name.key -out $name.pem -subj /CN=$name \\
        -addext subjectAltName=DNS:mirror.example,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE
    done`);

const front = (port: number, to: number, login: string): string => `
const { readFileSync } = require('node:fs');
const { request } = require('node:http');
const [ca, cert, key] = ['ca.pem', 'server.pem', 'server.key'].map((name) => readFileSync('/srv/tls/' + name));
const login = 'Basic ' + Buffer.from('${login}').toString('base64');
require('node:https').createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, (question, answer) => {
  if ('${login}' !== '' && question.headers.authorization !== login)
    return answer.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
  const { method, url: path } = question;
  request({ port: ${to}, host: '127.0.0.1', method, path }, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    got.pipe(answer);
  }).end();
}).listen(${port}, '127.0.0.1');
`;

const proxy = (to: number): string => `
const { appendFileSync } = require('node:fs');
const { connect } = require('node:net');
const server = require('node:http').createServer();
server.on('connect', ({ url }, socket) => {
  appendFileSync('/run/proxy.log', url + '\\n');
  const there = connect(${to}, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\\r\\n\\r\\n');
    there.pipe(socket).pipe(there);
  });
  for (const one of [there, socket]) one.on('error', () => [there, socket].map((end) => end.destroy()));
});
server.listen(3128, '127.0.0.1');
`;
