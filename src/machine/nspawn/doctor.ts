import { showUnits } from '../../host/systemctl.ts';
import type { Finding } from '../finding.ts';
import { machinedHangs } from './machined.ts';

/** What systemd-nspawn needs of the host. */
export interface NspawnFacts {
  readonly hasNspawn: boolean;
  /** True if systemd-machined does not answer. */
  readonly machinedHangs: boolean;
}

export async function nspawnFindings(): Promise<Finding[]> {
  const [hangs, [unit]] = await Promise.all([
    machinedHangs(),
    showUnits(['systemd-nspawn@a.service'], ['LoadState']),
  ]);
  return judge({ hasNspawn: unit?.['LoadState'] === 'loaded', machinedHangs: hangs });
}

export const judge = ({ hasNspawn, machinedHangs: hangs }: NspawnFacts): Finding[] => [
  hasNspawn
    ? { check: 'nspawn', state: 'good', message: 'systemd-nspawn is there' }
    : {
        check: 'nspawn',
        state: 'bad',
        message: 'There is no systemd-nspawn',
        remedy: 'Install systemd-container',
      },
  ...(hangs ? [hanging] : []),
];

const hanging: Finding = {
  check: 'machined',
  state: 'bad',
  message:
    'systemd-machined does not answer, and until it does no guest can start: one of them may have a pipe for a file that it reads',
  remedy:
    'Run: systemctl kill --signal=KILL systemd-machined; guests go on. Which one it is: ls -lL /run/ostree-guests/*/root/{etc,usr/lib}/os-release',
};
