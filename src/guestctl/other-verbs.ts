import { nearest } from '../config/nearest.ts';

const remove = 'guestctl remove NAME, which deletes the guest with all its data';

/**
 * Verbs of machinectl, systemctl, podman and rpm-ostree, and what to use for a guest. A verb that
 * loses data is no answer to one that does not.
 */
const others: Readonly<Record<string, string>> = {
  reboot: 'machinectl reboot NAME',
  restart: 'machinectl reboot NAME',
  poweroff: 'guestctl stop NAME',
  shutdown: 'guestctl stop NAME',
  halt: 'guestctl stop NAME',
  kill: 'machinectl terminate NAME',
  terminate: 'machinectl terminate NAME',
  login: 'machinectl login NAME',
  exec: 'guestctl shell NAME COMMAND',
  run: 'guestctl shell NAME COMMAND',
  attach: 'guestctl shell NAME',
  enter: 'guestctl shell NAME',
  enable: 'machinectl enable NAME; for its updates: systemctl enable --now ostree-guest-update@NAME.timer',
  disable: 'machinectl disable NAME; for its updates: systemctl disable --now ostree-guest-update@NAME.timer',
  ls: 'guestctl list',
  ps: 'guestctl list',
  images: 'guestctl list',
  show: 'guestctl status NAME',
  info: 'guestctl status NAME',
  inspect: 'guestctl status NAME',
  log: 'guestctl logs NAME',
  journal: 'guestctl logs NAME',
  upgrade: 'guestctl update NAME',
  pull: 'guestctl update NAME',
  check: 'guestctl verify',
  test: 'guestctl verify',
  reload: 'systemctl daemon-reload',
  apply: 'systemctl daemon-reload, then: guestctl update NAME',
  new: 'guestctl create NAME',
  init: 'guestctl create NAME',
  launch: 'guestctl create NAME --start',
  deploy: 'guestctl switch NAME',
  revert: 'guestctl rollback NAME',
  rm: remove,
  delete: remove,
  destroy: remove,
  purge: remove,
};

/** Never suggested for an unknown verb: a typing error must not delete a guest. */
const destructive = ['remove'];

/** Returns the message for an unknown command. `guest` is the next word, if any. */
export function unknownCommand(verb: string, guest: string | undefined, commands: readonly string[]): string {
  const message = `error: unknown command '${verb}'.`;
  const other = Object.hasOwn(others, verb) ? others[verb] : undefined;
  if (other !== undefined)
    return `${message} Use: ${guest === undefined ? other : other.replaceAll('NAME', guest)}`;
  const meant = nearest(
    verb,
    commands.filter((name) => !destructive.includes(name)),
  );
  return `${message} ${meant === undefined ? 'All commands: guestctl --help' : `Did you mean ${meant}?`}`;
}
