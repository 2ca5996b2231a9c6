import type { Problem } from '../../config/problem.ts';
import { ownProgram, runConfined, treeCapabilities } from '../../host/confined.ts';
import { systemdVersion } from '../../host/systemctl.ts';
import { ostreeVersion } from '../../ostree/ostree.ts';
import type { Report } from '../../state/report.ts';
import { interruptible } from '../interruption.ts';
import { verifyOnHost } from '../verify/on-host.ts';
import { assemble, bringCommits, putInPlace } from './assemble.ts';
import { Incoming, jobOf } from './incoming.ts';
import { type TransferLine, TransferLines } from './lines.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { type Plan, planFor } from './place.ts';
import { repositoryName } from './stream.ts';
import { unpackPlace } from './unpack-archive.ts';

export interface Imported {
  readonly name: string;
  readonly plan: Plan;
  readonly manifest: Manifest;
  /** What would keep the guest from starting here. */
  readonly problems: readonly Problem[];
}

/** Makes a guest from an archive that is read from a file descriptor. */
export const importGuest = (stdin: number, as: string | undefined, report: Report): Promise<Imported> =>
  interruptible(async (check) => {
    const incoming = new Incoming();
    try {
      await incoming.open();
      const manifest = await receive(incoming, stdin, as, report);
      check();
      const name = as ?? manifest.guest;
      for (const note of await olderThan(manifest)) report.step(note);
      const plan = planFor(name, manifest);
      for (const note of plan.notes) report.step(note);
      report.step(`Everything in the archive is as it should be. Making ${name}`);
      // Each object was checked against its name.
      const assembly = { plan, manifest, isUnconfined: false };
      const from = { repository: `${incoming.data}/${repositoryName}`, rooms: [] };
      await bringCommits(incoming, assembly, from, check);
      await assemble(incoming, assembly, incoming.data, 'import', check);
      check();
      await putInPlace(incoming, () => planFor(name, manifest));
      return { name, plan, manifest, problems: (await verifyOnHost([plan.guest])).flat() };
    } finally {
      await incoming.close();
    }
  });

/** Unpacks and checks the archive. Ends at once if the guest that it has cannot be put in place. */
async function receive(
  incoming: Incoming,
  stdin: number,
  as: string | undefined,
  report: Report,
): Promise<Manifest> {
  let manifest: Manifest | undefined;
  let refusal: unknown;
  const end = new AbortController();
  const onLine = (line: TransferLine) => {
    if ('bytes' in line) report.progress('Reading', line.bytes);
    else if ('warning' in line) report.warn(line.warning);
    else if ('manifest' in line)
      try {
        manifest = parseManifest(line.manifest);
        planFor(as ?? manifest.guest, manifest);
      } catch (error) {
        refusal = error;
        end.abort();
      }
  };
  const lines = new TransferLines(onLine);
  const finished = await runConfined(
    {
      name: jobOf(incoming.id),
      writable: [`${incoming.data}:${unpackPlace}`],
      capabilities: [...treeCapabilities, 'CAP_SYS_ADMIN'],
      timeLimit: '1d',
      memory: '1G',
    },
    ownProgram('transfer', 'unpack'),
    { descriptors: { stdin }, onOutput: lines.add, signal: end.signal },
  );
  if (refusal !== undefined) throw refusal;
  lines.require('Cannot import the guest', finished);
  if (manifest === undefined) throw new Error('the archive was read, but not its manifest');
  return manifest;
}

/** Says if this host has older programs than the one that the guest comes from. */
async function olderThan({ systemd, ostree }: Manifest): Promise<string[]> {
  const here = [
    ['systemd', systemd, await systemdVersion()],
    ['OSTree', ostree, await ostreeVersion()],
  ] as const;
  return here
    .filter(([, there, version]) => numberOf(version) < numberOf(there))
    .map(
      ([program, there, version]) =>
        `The guest comes from a host with ${program} ${there}, and this one has ${version}. Check its file: guestctl verify`,
    );
}

const numberOf = (version: string | undefined): number => Number.parseFloat(version ?? '') || 0;
