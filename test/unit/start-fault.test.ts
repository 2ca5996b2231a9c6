// Why a guest did not start, from the journal of its start. The lines are of systemd 257.
import { expect, test } from 'vitest';
import { faultIn } from '../../src/guestctl/start-fault.ts';

const unit = 'systemd-nspawn@mail.service';
const ofSystemd = (PRIORITY: string, MESSAGE: string) => ({
  PRIORITY,
  MESSAGE,
  UNIT: unit,
  SYSLOG_IDENTIFIER: 'systemd',
});
const ofNspawn = (MESSAGE: string) => ({
  PRIORITY: '6',
  MESSAGE,
  _SYSTEMD_UNIT: unit,
  SYSLOG_IDENTIFIER: 'systemd-nspawn',
});
const ofBootStep = (MESSAGE: string) => ({
  PRIORITY: '3',
  MESSAGE,
  SYSLOG_IDENTIFIER: 'ostree-guest-boot',
});

test.each([
  [
    'systemd-nspawn ended by itself',
    [
      ofNspawn('[  OK  ] Reached target basic.target.'),
      ofNspawn('Failed to stat /nonexistent: No such file or directory'),
      ofSystemd('5', `${unit}: Main process exited, code=exited, status=1/FAILURE`),
      ofSystemd('4', `${unit}: Failed with result 'exit-code'.`),
      ofSystemd('3', `Failed to start ${unit} - OSTree guest mail.`),
    ],
    'Failed to stat /nonexistent: No such file or directory',
  ],
  [
    'systemd could not set up the unit',
    [
      ofSystemd('3', `${unit}: Failed to set up credentials: Protocol error`),
      ofSystemd('3', `${unit}: Failed at step CREDENTIALS spawning sh: Protocol error`),
    ],
    `${unit}: Failed to set up credentials: Protocol error`,
  ],
  [
    'the boot step refused',
    [ofBootStep('mail has no deployment. Create it'), ofNspawn('Job for ostree-guest-boot@mail failed.')],
    'mail has no deployment. Create it',
  ],
  [
    'it took too long',
    [ofNspawn('Welcome to Debian!'), ofSystemd('4', `${unit}: start operation timed out. Terminating.`)],
    `${unit}: start operation timed out. Terminating`,
  ],
  [
    'a condition',
    [ofSystemd('6', `${unit} skipped, unmet condition check ConditionPathExists=/nonexistent`)],
    `${unit} skipped, unmet condition check ConditionPathExists=/nonexistent`,
  ],
  [
    'systemd went on after other faults',
    [
      ofSystemd(
        '4',
        `${unit}: Failed to read pids.max for control group /machine.slice/${unit}, ignoring: No data available`,
      ),
      ofNspawn('Failed to stat /nonexistent: No such file or directory'),
    ],
    'Failed to stat /nonexistent: No such file or directory',
  ],
  ['nothing is said', [], ''],
] as const)('why a guest did not start: %s', (_, entries, reason) => {
  const { errors, lastWords } = faultIn(entries);
  expect(errors || lastWords).toBe(reason);
});
