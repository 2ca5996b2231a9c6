// The mirror over HTTP, as a service of the host that comes up with it. What is wrong with it is written in a file, and read at each request.
import type { Host } from '../host/host.ts';

/** What a remote may do instead of answering. */
export const troubles = ['hangs', 'truncates', 'lies', 'refuses', 'answers all with a page'] as const;
export type Trouble = (typeof troubles)[number];

export const mirrorUrl = 'http://127.0.0.1:8080/repo';
const troubleFile = '/run/mirror-trouble';

export async function serveMirror(host: Host): Promise<void> {
  await host.write('/etc/mirror.cjs', program);
  await host.write(
    '/etc/systemd/system/mirror.service',
    '[Service]\nExecStart=node /etc/mirror.cjs\nRestart=always\n[Install]\nWantedBy=multi-user.target\n',
  );
  await host.run('systemctl', 'daemon-reload');
  await host.run('systemctl', 'enable', '--now', 'mirror.service');
}

export const makeTrouble = (trouble: Trouble): string => `echo '${trouble}' >${troubleFile}`;
export const endTrouble = `rm -f ${troubleFile}`;

const program = `
const { readFileSync, existsSync } = require('node:fs');
const { normalize } = require('node:path');
// For as long as the trouble lasts: OSTree before 2023.7 waits for ever, and the update ends it after ten minutes.
const hung = [];
setInterval(() => {
  if (!existsSync('${troubleFile}')) for (const response of hung.splice(0)) response.destroy();
}, 100);
require('node:http').createServer((request, response) => {
  const path = '/srv/mirror' + normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
  const trouble = existsSync('${troubleFile}') ? readFileSync('${troubleFile}', 'utf8').trim() : '';
  if (trouble === 'hangs') return hung.push(response);
  if (trouble === 'refuses') return response.writeHead(503).end();
  if (trouble === 'answers all with a page') return response.end('<html>Please log in</html>');
  let content;
  try {
    content = readFileSync(path);
  } catch {
    return response.writeHead(404).end();
  }
  const isObject = path.includes('/objects/');
  if (trouble === 'lies' && isObject) content = Buffer.concat([content, Buffer.from('more')]);
  response.writeHead(200, { 'content-length': content.length });
  if (trouble !== 'truncates' || !isObject) return response.end(content);
  response.write(content.subarray(0, content.length / 2));
  setTimeout(() => response.destroy(), 50);
}).listen(8080, '127.0.0.1');
`;
