// The update of an image of which only the last of eight layers changed, against `podman pull`.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { declare, update } from '../test/host/guests.ts';
import { type Host, outside } from '../test/host/host.ts';
import { type Layer, makeBaseLayer, makeLayer, writeImage } from '../test/host/oci-image.ts';
import { fetchedBytes, serveImages } from '../test/host/registry.ts';
import { measure } from './measure.ts';
import { podman, unpackPeers } from './peers.ts';
import { type Row, row } from './results.ts';
import type { Scenario } from './scenario.ts';

const guest = 'web';
const layout = '/srv/image';
const image = '127.0.0.1:5000/guest:bench';
const rounds = 7;

/** Moves the tag to the next image. Run in the host. */
const publishNext = `next=$(ls -d ${layout}/next/* | head -n 1) && mv "$next" ${layout}/index.json`;

export const images: Scenario = {
  name: 'images',
  measure: async (host) => {
    await unpackPeers(host);
    return { rows: await measureImages(host) };
  },
};

async function measureImages(host: Host): Promise<Row[]> {
  await makeImages(host);
  await serveImages(host);
  await declare(host, guest, `[Guest]\nImage=docker://${image}\n`);
  const ours = { name: 'ours', command: `systemctl start ostree-guest-update@${guest}` };
  const pull = { name: 'podman pull', command: `${podman} pull --quiet ${image}` };
  await host.sh(publishNext);
  await update(host, guest);
  await host.sh(pull.command);
  const measured = await measure(host, [ours, pull], { rounds, beforeRound: publishNext });
  await host.sh(publishNext);
  const fetched = async ({ name, command }: typeof ours) => {
    await fetchedBytes(host);
    await host.sh(command);
    return { name, samples: [(await fetchedBytes(host)) / 1000] };
  };
  const bytes = [await fetched(ours), await fetched(pull)] as const;
  const what = 'one of eight layers changed';
  return [
    row(what, 'ms', measured.elapsed(ours), { is: 'times', limit: 1.1 }, measured.elapsed(pull)),
    row(`${what}, CPU time`, 'ms', measured.spent(ours), { is: 'times', limit: 1.1 }, measured.spent(pull)),
    row(`${what}, fetched`, 'kB', bytes[0], { is: 'times', limit: 1 }, bytes[1]),
  ];
}

/** Makes the images that the tag moves to: a small Debian, six layers of 12 MB, half of it zeros, and one of 20 kB. */
async function makeImages(host: Host): Promise<void> {
  const layers: Layer[] = [{ ...(await makeBaseLayer(host)), compressed: true }];
  for (let at = 0; at < 6; at += 1) {
    const script = `mkdir -p usr/share/bench${at}; cd usr/share/bench${at}
      head -c 6M /dev/zero >zeros; head -c 6M /dev/urandom >random; split -b 100K -a 3 random; rm random`;
    layers.push(await makeLayer(host.work, `bench-${at}`, script));
  }
  const next = outside(host, `${layout}/next`);
  await mkdir(next, { recursive: true });
  // The first, one that warms up, the rounds, and one of which the bytes are counted.
  for (let at = 0; at < rounds + 3; at += 1) {
    const script = 'mkdir -p usr/share; head -c 20K /dev/urandom >usr/share/changed';
    const top = await makeLayer(host.work, `bench-top-${at}`, script);
    await writeImage(outside(host, layout), 'bench', [...layers, top]);
    await copyFile(outside(host, `${layout}/index.json`), join(next, String(at).padStart(2, '0')));
  }
}
