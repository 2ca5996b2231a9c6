// node lock-server.cjs DIALECT ADDRESS:PORT DIRECTORY GROUP=SLOTS…: serves locks. DIRECTORY/GROUP/ID is a lock that is held, so
// that tests can take and release them, and they outlive the server. DIRECTORY/log has a line for each request, with who asked. While
// DIRECTORY/mute exists, requests are carried out, but not answered.
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { clientIn, type Dialect, Locks } from './server.ts';

const [dialect, place = '', directory = '', ...groups] = process.argv.slice(2);
const [address, port] = place.split(':');
const slots = Object.fromEntries(
  groups.map((one) => [one.split('=')[0] ?? '', Number(one.split('=')[1])] as const),
);
for (const group of Object.keys(slots)) mkdirSync(`${directory}/${group}`, { recursive: true });

createServer((request, response) => {
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    const path = request.url ?? '';
    const locks = new Locks(dialect === 'poseidon' ? 'poseidon' : ('airlock' satisfies Dialect), slots);
    for (const group of Object.keys(slots))
      locks.holders.set(group, new Set(readdirSync(`${directory}/${group}`)));
    const { status, type, body: text = '' } = locks.answer(path, request.headers, body);
    for (const [group, held] of locks.holders) {
      if (!existsSync(`${directory}/${group}`)) continue;
      for (const id of readdirSync(`${directory}/${group}`))
        if (!held.has(id)) rmSync(`${directory}/${group}/${id}`);
      for (const id of held) writeFileSync(`${directory}/${group}/${id}`, '');
    }
    appendFileSync(`${directory}/log`, `${path} ${status} ${clientIn(body)?.id ?? '-'}\n`);
    if (!existsSync(`${directory}/mute`))
      response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(text);
  });
}).listen(Number(port), address);
