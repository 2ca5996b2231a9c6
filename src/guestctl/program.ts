import { Command } from 'commander';
import { tell } from '../host/tell.ts';
import { addCommonOptions, type Define, misused, onlyWord } from './command.ts';
import { adopt } from './commands/adopt.ts';
import { apply } from './commands/apply.ts';
import { builds } from './commands/builds.ts';
import { cat } from './commands/cat.ts';
import { complete } from './commands/complete.ts';
import { copy } from './commands/copy.ts';
import { create } from './commands/create.ts';
import { deployments } from './commands/deployments.ts';
import { diff } from './commands/diff.ts';
import { disable } from './commands/disable.ts';
import { doctor } from './commands/doctor.ts';
import { edit } from './commands/edit.ts';
import { enable } from './commands/enable.ts';
import { exec } from './commands/exec.ts';
import { exportCommand } from './commands/export.ts';
import { forgive } from './commands/forgive.ts';
import { history } from './commands/history.ts';
import { importCommand } from './commands/import.ts';
import { list } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { mirror } from './commands/mirror.ts';
import { mirrors } from './commands/mirrors.ts';
import { pin, unpin } from './commands/pin.ts';
import { reboot } from './commands/reboot.ts';
import { rehearse } from './commands/rehearse.ts';
import { remove } from './commands/remove.ts';
import { rename } from './commands/rename.ts';
import { restart } from './commands/restart.ts';
import { rollback } from './commands/rollback.ts';
import { shell } from './commands/shell.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { switchCommand } from './commands/switch.ts';
import { units } from './commands/units.ts';
import { update } from './commands/update.ts';
import { verify } from './commands/verify.ts';
import { requireRootFor } from './needs-root.ts';
import { withOptionHint } from './other-options.ts';
import { unknownCommand } from './other-verbs.ts';
import { terminal, writeOut } from './stdout.ts';
import { tellChanged } from './tell-changed.ts';

interface Group {
  readonly heading: string;
  /** True if these commands change something, or enter a guest: only root may. */
  readonly needsRoot: boolean;
  readonly defines: readonly Define[];
}

/** All commands, in the order of the help, the manual and completion. */
const groups: readonly Group[] = [
  {
    heading: 'Show guests:',
    needsRoot: false,
    defines: [list, status, deployments, diff, history, logs, builds, mirrors],
  },
  {
    heading: 'Create and run guests:',
    needsRoot: true,
    defines: [
      create,
      edit,
      apply,
      start,
      stop,
      restart,
      reboot,
      enable,
      disable,
      shell,
      exec,
      rename,
      remove,
      adopt,
    ],
  },
  {
    heading: 'Copy and move guests:',
    needsRoot: true,
    defines: [copy, exportCommand, importCommand, mirror],
  },
  {
    heading: 'Update guests:',
    needsRoot: true,
    defines: [update, rehearse, switchCommand, rollback, pin, unpin, forgive],
  },
  {
    heading: 'Check guest files and the host:',
    needsRoot: false,
    defines: [verify, cat, units, doctor],
  },
];

/** Builds the command line. Parsing, help, guestctl(1) and completion all use it. */
export function makeProgram(version: string): Command {
  const guestctl = new Command('guestctl')
    .description('Manage OSTree-based systemd-nspawn guests on this host. Without a command, list them.')
    // The help has no colours.
    .configureOutput({
      writeOut,
      writeErr: (text) => tell(text.trimEnd()),
      outputError: (text, write) =>
        write(
          withOptionHint(
            text,
            process.argv.slice(2),
            guestctl.commands.map((command) => command.name()),
          ),
        ),
      getOutHelpWidth: () => terminal()?.columns ?? 80,
      getOutHasColors: () => false,
    })
    .configureHelp({ subcommandTerm, minWidthToWrap: 20 })
    .version(version, '-V, --version', 'Show the version')
    .helpOption('-h, --help', 'Show this help')
    .helpCommand('help [command]', 'Show the help of a command')
    .addHelpText('after', machinesHelp)
    // Options before the command are ours, those after it the command's: `shell` passes its own on.
    .enablePositionalOptions()
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : misused));
  for (const { heading, needsRoot, defines } of groups) {
    for (const define of defines) {
      const command = define(guestctl).helpGroup(heading);
      if (needsRoot) command.hook('preAction', requireRootFor).hook('postAction', tellChanged);
    }
  }
  const names = guestctl.commands.map((command) => command.name());
  guestctl.on('command:*', ([verb = '', guest]: string[]) =>
    guestctl.error(unknownCommand(verb, guest, names), { code: 'commander.unknownCommand' }),
  );
  complete(guestctl);
  addCommonOptions(guestctl);
  return guestctl;
}

/** Names a command with its arguments. That all have options goes without saying, and would leave no room. */
const subcommandTerm = (command: Command): string =>
  [
    command.name(),
    ...command.registeredArguments.map((argument) => {
      const name = argument.name() + (argument.variadic ? '...' : '');
      return onlyWord(argument) ?? (argument.required ? `<${name}>` : `[${name}]`);
    }),
  ].join(' ');

const machinesHelp = `
machinectl(1) works on guests, too: start, login, shell, reboot, poweroff.
Units of a guest, for systemctl(1):
  systemd-nspawn@NAME.service        the guest itself
  ostree-guest-update@NAME.service   creates it, or updates it now
  ostree-guest-update@NAME.timer     updates it regularly: enable --now
All units: ostree-guests(7)`;
