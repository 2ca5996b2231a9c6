// The site that the guests are installed from: an archive repository outside of the virtual machine, over HTTP.
import { createReadStream, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { execa } from 'execa';
import { type Changes, publishIn } from '../host/mirror.ts';
import { vmGuest } from './recipe.ts';

/** The ref that the guests follow. */
export const siteRef = 'debian/13/server';

export interface Site {
  /** Where it is, seen from the virtual machine. */
  readonly address: string;
  readonly port: number;
  /** Publishes the guests' tree with some changes. Returns the commit. */
  publish(changes: Changes): Promise<string>;
  close(): void;
}

export async function openSite(work: string, mirror: string): Promise<Site> {
  const root = join(work, 'site');
  const repo = join(root, 'repo');
  await mkdir(root);
  // Links are safe: a repository writes objects once, and replaces refs and configuration by renaming.
  await execa('cp', ['-al', mirror, repo]);
  const server = createServer((request, response) => {
    const path = join(
      root,
      normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname)),
    );
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-length': stat.size });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // QEMU's name for the loopback of the machine that it runs on.
    address: '10.0.2.2',
    port: (server.address() as AddressInfo).port,
    publish: (changes) =>
      publishIn(repo, work, siteRef, {
        from: vmGuest.ref,
        options: ['--selinux-policy-from-base'],
        ...changes,
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
