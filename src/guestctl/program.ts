import { Command } from 'commander';
import { tell } from '../host/tell.ts';
import { addCommonOptions, type Define, misused } from './command.ts';
import { adopt } from './commands/adopt.ts';
import { cat } from './commands/cat.ts';
import { complete } from './commands/complete.ts';
import { create } from './commands/create.ts';
import { deployments } from './commands/deployments.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { edit } from './commands/edit.ts';
import { forgive } from './commands/forgive.ts';
import { history } from './commands/history.ts';
import { list } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { pin, unpin } from './commands/pin.ts';
import { rehearse } from './commands/rehearse.ts';
import { remove } from './commands/remove.ts';
import { rollback } from './commands/rollback.ts';
import { shell } from './commands/shell.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { switchCommand } from './commands/switch.ts';
import { units } from './commands/units.ts';
import { update } from './commands/update.ts';
import { verify } from './commands/verify.ts';
import { terminal, writeOut } from './stdout.ts';

/** All commands, in the order of the help, the manual and completion. */
const commands: Readonly<Record<string, readonly Define[]>> = {
  'See what is there:': [list, status, deployments, diff, history, logs],
  'Make guests, and run them:': [create, edit, start, stop, shell, remove, adopt],
  'Update them:': [update, rehearse, switchCommand, rollback, pin, unpin, forgive],
  'Look into guest files, and the host:': [verify, cat, units, doctor],
};

/** The command line as data: what is parsed, the help, guestctl(1) and completion all come from it. */
export function makeProgram(version: string): Command {
  const guestctl = new Command('guestctl')
    .description(
      'What systemd has no word for, of the OSTree guests on this host. Without a command it lists them.',
    )
    // There are no colours in the help.
    .configureOutput({
      writeOut,
      writeErr: (text) => tell(text.trimEnd()),
      getOutHelpWidth: () => terminal()?.columns ?? 80,
      getOutHasColors: () => false,
    })
    .version(version)
    .addHelpText('after', machinesHelp)
    // Options before the command are ours, those behind it the command's: `shell` passes its own on.
    .enablePositionalOptions()
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : misused));
  for (const [heading, defines] of Object.entries(commands)) {
    for (const define of defines) define(guestctl).helpGroup(heading);
  }
  complete(guestctl);
  addCommonOptions(guestctl);
  return guestctl;
}

const machinesHelp = `
Guests are systemd's: machinectl(1) lists them, logs in and reboots them, systemctl(1) has their units:
  systemd-nspawn@NAME.service        the guest itself
  ostree-guest-update@NAME.timer     keeps it updated: systemctl enable --now`;
