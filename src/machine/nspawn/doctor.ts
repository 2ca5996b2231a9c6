import { type Guest, managesItself } from '../../config/guest.ts';
import { runtimeDirectory } from '../../config/paths.ts';
import { nspawnUnits } from '../../generator/nspawn/driver.ts';
import { fuseRemedy, hasFuse } from '../../host/fuse-device.ts';
import { activeStates, isDown, showUnits } from '../../host/systemctl.ts';
import type { Finding } from '../finding.ts';
import { type HostLimits, limitFindings } from './limits-rule.ts';
import { machinedHangs } from './machined.ts';
import { readLimits } from './read-limits.ts';

/** What systemd-nspawn and its guests need of the host. */
export interface NspawnFacts {
  readonly hasNspawn: boolean;
  /** True if systemd-machined does not answer. */
  readonly machinedHangs: boolean;
  readonly limits: HostLimits;
  /** How many of the guests do not run. */
  readonly down: number;
  /** True if /dev/fuse exists. */
  readonly hasFuse: boolean;
}

export async function nspawnFindings(guests: readonly Guest[]): Promise<Finding[]> {
  const [hangs, [unit], states] = await Promise.all([
    machinedHangs(),
    showUnits(['systemd-nspawn@a.service'], ['LoadState']),
    activeStates([nspawnUnits.unit('*')]),
  ]);
  const facts = {
    hasNspawn: unit?.['LoadState'] === 'loaded',
    machinedHangs: hangs,
    limits: readLimits(),
    down: guests.filter(({ name }) => isDown(states.get(nspawnUnits.unit(name)) ?? 'inactive')).length,
    hasFuse: hasFuse(),
  };
  return judge(facts, guests);
}

export const judge = (facts: NspawnFacts, guests: readonly Guest[]): Finding[] => [
  nspawn(facts),
  ...(facts.machinedHangs ? [hanging] : []),
  ...limitFindings(facts.limits, {
    declared: guests.length,
    down: facts.down,
    mapped: guests.filter(({ machine }) => machine.privateUsers !== 'no').length,
  }),
  ...fuse(facts, guests),
];

function nspawn({ hasNspawn }: NspawnFacts): Finding {
  if (hasNspawn) return { check: 'nspawn', state: 'good', message: 'systemd-nspawn is there' };
  const message = 'There is no systemd-nspawn';
  return { check: 'nspawn', state: 'bad', message, remedy: 'Install systemd-container' };
}

const hanging: Finding = {
  check: 'machined',
  state: 'bad',
  message:
    'systemd-machined does not answer, and until it does no guest can start: one of them may have a pipe for a file that it reads',
  remedy: `Run: systemctl kill --signal=KILL systemd-machined; guests go on. Which one it is: ls -lL ${runtimeDirectory}/*/root/{etc,usr/lib}/os-release`,
};

/** Checks /dev/fuse: a guest cannot have what the host does not have. */
function fuse({ hasFuse: isThere }: NspawnFacts, guests: readonly Guest[]): Finding[] {
  const inNeed = guests.filter(managesItself).map(({ name }) => name);
  if (inNeed.length === 0) return [];
  if (isThere) return [{ check: 'fuse', state: 'good', message: 'rpm-ostree can layer packages' }];
  const message = `The host has no /dev/fuse, which rpm-ostree needs to layer packages: ${inNeed.slice(0, 3).join(', ')}`;
  return [{ check: 'fuse', state: 'warning', message, remedy: `${fuseRemedy}; then restart these guests` }];
}
