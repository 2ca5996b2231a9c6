// What is known of one guest, as pairs of a name and a value.
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { networkWords, portWords } from './network.ts';
import { shortName } from './row.ts';
import { exactly, size } from './times.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Facts that are not known, or do not apply, are left out. */
export function factsOf(guest: ToldGuest, language: string): readonly Fact[] {
  const { staged, machine } = guest;
  const disk = ownDisk(guest);
  const facts: Fact[] = [
    { name: t('Tree'), value: guest.source },
    { name: t('Guest file'), value: guest.file },
    { name: t('Running'), value: guest.running ? shortName(guest.running) : '' },
    { name: t('Running since'), value: exactly(guest.since, language) },
    { name: t('Staged'), value: staged ? `${staged.refspec} ${staged.checksum.slice(0, 8)}` : '' },
    { name: t('Applied not before'), value: exactly(staged?.appliedFrom, language) },
    { name: t('Waits for a lock'), value: staged?.waitsForLock?.reason ?? '' },
    { name: t('Network'), value: guest.network ? networkWords(guest.network) : '' },
    { name: t('Interfaces of the host'), value: machine?.links.join(', ') ?? '' },
    { name: t('Ports of the host'), value: guest.network?.ports.map(portWords).join(', ') ?? '' },
    { name: t('Addresses'), value: machine?.addresses.join(', ') ?? '' },
    { name: t('Memory'), value: machine?.memory ? size(machine.memory, language) : '' },
    { name: t('Tasks'), value: machine?.tasks ? String(machine.tasks) : '' },
    { name: t('Disk, of its own'), value: disk === undefined ? '' : size(disk, language) },
  ];
  return facts.filter(({ value }) => value !== '');
}

/** What its deployments take that nothing else has, in bytes; undefined if it has none. */
export function ownDisk({ deployments }: ToldGuest): number | undefined {
  const sizes = deployments.flatMap(({ unique }) => unique ?? []);
  return sizes.length === 0 ? undefined : sizes.reduce((sum, one) => sum + one, 0);
}

/** What its file says and it does not follow yet, each with what to do. */
export function unappliedOf({ name, unapplied }: ToldGuest): readonly string[] {
  const words: string[] = [];
  if (unapplied.reload) words.push(t('systemd has not read the guest file as it is now.'));
  if (unapplied.update) words.push(t('The guest file or its build asks for another tree: update it.'));
  if (unapplied.reboot)
    words.push(t('{name} was started with other options or credentials: restart it.', { name }));
  return words;
}
