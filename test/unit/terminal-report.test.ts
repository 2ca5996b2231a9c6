import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { addCommonOptions } from '../../src/guestctl/command.ts';
import { terminalReport } from '../../src/guestctl/terminal-report.ts';

test.each([
  [['work'], ['Copying', 'a device was left out']],
  [['work', '--quiet'], ['a device was left out']],
])('of %j, people are told %j, and without a terminal no progress', async (words, told) => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  const guestctl = new Command('guestctl');
  guestctl.command('work').action((_options, command: Command) => {
    const report = terminalReport(command);
    report.step('Copying');
    report.progress('Copying', 5e6);
    report.warn('a device was left out');
    report.end();
  });
  addCommonOptions(guestctl);
  await guestctl.parseAsync(words, { from: 'user' });
  expect(said.mock.calls.flat()).toEqual(told);
  said.mockRestore();
});
