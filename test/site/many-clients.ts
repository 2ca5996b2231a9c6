// Simulated clients: each takes a lock, asks a web server for what a real client asked for, and gives the lock back.
import type { Host } from '../host/host.ts';

export interface Fleet {
  readonly count: number;
  readonly lockUrl: string;
  readonly group: string;
  /** What each asks for, one after the other. */
  readonly urls: readonly string[];
}

/** Runs clients on a host, all at once. `series` makes their IDs others than those of other hosts. Returns the seconds it took. */
export async function runClients(host: Host, series: number, fleet: Fleet): Promise<number> {
  await host.write('/run/clients.json', JSON.stringify({ ...fleet, series }));
  await host.write('/run/clients.cjs', program);
  return Number(await host.sh('node /run/clients.cjs /run/clients.json'));
}

/** A client that gets no lock asks again after some time, as the timer does: here less than half a second. */
const program = `
const http = require('node:http');
const { count, lockUrl, group, urls, series } = JSON.parse(require('node:fs').readFileSync(process.argv[2]));

const request = (url, options, body) => new Promise((resolve, reject) => {
  http.request(url, options, (response) => {
    response.resume();
    response.on('end', () => resolve(response.statusCode));
  }).on('error', reject).end(body);
});

async function client(number) {
  const id = (series * 100000 + number).toString(16).padStart(32, '0');
  const lock = (path) => request(lockUrl + path, { method: 'POST', headers: { 'fleet-lock-protocol': 'true' } },
    JSON.stringify({ client_params: { id, group } }));
  while (await lock('/v1/pre-reboot') !== 200)
    await new Promise((resolve) => setTimeout(resolve, 250 + Math.random() * 250));
  const agent = new http.Agent({ keepAlive: true });
  for (const url of urls) await request(url, { agent });
  agent.destroy();
  if (await lock('/v1/steady-state') !== 200) throw new Error('The lock cannot be given back');
}

const begun = performance.now();
Promise.all(Array.from({ length: count }, (_, number) => client(number)))
  .then(() => console.log((performance.now() - begun) / 1000));
`;
