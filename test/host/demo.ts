// npm run demo: the session of the README on a real OSTree host, and what it proved of that host.
import { type Fingerprint, fingerprint, makeHostUpdate } from './fingerprint.ts';
import { repositoryOf, treeOnDisk } from './guests.ts';
import { bootHost, type Host } from './host.ts';
import { makeMirror } from './mirror.ts';
import { chapter, narrate, print, type Terminal, terminal, verdict } from './screen.ts';
import setup from './setup.ts';
import { cleanHost, createBuild, createMail, rebootIntoUpdate, stageUpdate } from './story.ts';

interface Proof {
  readonly holds: boolean;
  readonly text: string;
}

async function main(): Promise<void> {
  narrate(
    'A real OSTree host is booted here, in a container. In it, two guests are created, booted, updated and ' +
      'rebooted with the commands of the README. It takes less than a minute, and about one more where the ' +
      'trees of Debian have to be built first. Ctrl-C ends it at any time and leaves nothing behind.',
  );
  let host: Host | undefined;
  let tearDown = () => {};
  try {
    tearDown = await setup();
    print('booting the test host ...');
    host = await bootHost();
    await makeMirror(host);
    const proofs = await session(host, terminal(host));
    process.exitCode = show(proofs) ? 0 : 1;
  } catch (error) {
    verdict(false, error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    await host?.stop();
    tearDown();
    if (host)
      print(`\nThe test host is gone again. All of this took ${Math.round(process.uptime())} seconds.`);
  }
}

async function session(host: Host, shell: Terminal): Promise<Proof[]> {
  await stageHostUpdate(host, shell);
  const before = await fingerprint(host);
  await createMail(host, shell);
  const cost = await createBuild(host, shell);
  const undisturbed = await stageUpdate(host, shell);
  const merged = await rebootIntoUpdate(host, shell);
  const after = await fingerprint(host);
  const alive = await cleanHost(host, shell);
  return [
    ...untouched(before, after),
    { holds: alive, text: "Both guests ran on while the host's OSTree cleaned up and deployed." },
    { holds: undisturbed, text: 'mail ran on while its update was fetched and staged.' },
    {
      holds: merged,
      text: 'It rebooted into the update with its late edit of /etc, its machine id and its /var.',
    },
    await cheap(host, cost),
    await sound(shell),
  ];
}

async function stageHostUpdate(host: Host, shell: Terminal): Promise<void> {
  chapter('The host');
  narrate(
    'It is up: an OSTree system with ostree-guests installed. An update of its own waits for its next ' +
      'reboot, and that is what guests, being OSTree systems too, must never get in the way of:',
  );
  await makeHostUpdate(host);
  await shell('ostree admin deploy --stage host/next');
  await shell('ostree admin status');
}

function untouched(before: Fingerprint, after: Fingerprint): Proof[] {
  const parts = Object.keys(before) as (keyof Fingerprint)[];
  return parts.map((part) => ({
    holds: after[part] === before[part],
    text: `Identical on the host, before and after: ${part}.`,
  }));
}

async function cheap(host: Host, cost: number): Promise<Proof> {
  const tree = await treeOnDisk(host, 'build');
  const megabytes = (kibibytes: number) => `${(kibibytes / 1024).toFixed(1)} MB`;
  const share = (100 * cost) / tree;
  return {
    holds: share < 5,
    text: `The second guest cost ${megabytes(cost)} of disk: ${share.toFixed(1)} % of its tree of ${megabytes(tree)}.`,
  };
}

async function sound(shell: Terminal): Promise<Proof> {
  narrate('And the files that the guests share, are they what was published?');
  const checks = [];
  for (const name of ['mail', 'build']) {
    checks.push(await shell.attempt(`ostree fsck --repo=${repositoryOf(name)} | tail -n 1`));
  }
  const holds = checks.every(({ exitCode }) => exitCode === 0);
  return { holds, text: 'ostree fsck finds every object that the guests share as it was published.' };
}

function show(proofs: readonly Proof[]): boolean {
  chapter('What was proved');
  for (const { holds, text } of proofs) verdict(holds, text);
  return proofs.every(({ holds }) => holds);
}

void main();
