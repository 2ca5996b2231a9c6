// What people are told of a failed round.
import type { Violation } from './run.ts';
import type { Guest, Stage } from './stage.ts';

/** Tells all that is needed to understand a failed round. */
export async function tell(
  { host, guests }: Stage,
  wrong: readonly Violation[],
  began: number,
  say: (text: string) => void,
): Promise<void> {
  for (const { guest, what } of wrong) say(`  VIOLATED ${guest}: ${what}`);
  const concerned = guests.filter(({ name }) =>
    wrong.some(({ guest }) => guest === name || guest === '' || guest === 'host'),
  );
  for (const guest of concerned) {
    say(`  what happened to ${guest.name}:`);
    for (const line of guest.log) say(`    ${line}`);
    say(`  its trees: ${commitsOf(guest)}`);
    say(await storyOf(host, guest.name, began));
  }
}

const commitsOf = ({ published, kinds, releases }: Guest): string =>
  [
    ...published.slice(-8).map(({ tree }) => `${tree.slice(0, 12)} ${kinds.get(tree)}`),
    ...[...releases].slice(-8).map(([commit, release]) => `${commit.slice(0, 12)} is ${release}`),
  ].join(', ');

/** Its state, and what happened on its host since the round began. */
async function storyOf(host: Stage['host'], name: string, since: number): Promise<string> {
  const { all } = await host.try(`
    for about in status deployments history; do timeout 20 guestctl $about ${name} | tail -n 25 || true; done
    cd /var/lib/ostree-guests/${name} && find . -path ./sysroot -prune -o -type f -printf '%p %TT\n' || true
    journalctl --sync; journalctl -o short-precise --no-pager --no-hostname --since=@${Math.floor(since / 1000)}`);
  return all.replaceAll(/^/gm, '    ');
}
