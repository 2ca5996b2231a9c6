import { guestName } from '../config/guest-name.ts';
import { nearest } from '../config/nearest.ts';
import { driver } from '../machine/driver.ts';

const remove = 'guestctl remove NAME, which deletes the guest with all its data';

/**
 * Verbs of machinectl, systemctl, podman and rpm-ostree, and what to use for a guest. A verb that
 * loses data is no answer to one that does not.
 */
const others: Readonly<Record<string, string>> = {
  poweroff: 'guestctl stop NAME',
  shutdown: 'guestctl stop NAME',
  halt: 'guestctl stop NAME',
  kill: `${driver.words('terminate', 'NAME')}, which does not wait for the guest to shut down`,
  terminate: `${driver.words('terminate', 'NAME')}, which does not wait for the guest to shut down`,
  'try-restart': 'guestctl restart NAME',
  'force-reload': 'guestctl restart NAME',
  up: 'guestctl start NAME',
  down: 'guestctl stop NAME',
  login: driver.words('login', 'NAME'),
  console: driver.words('login', 'NAME'),
  run: 'guestctl exec NAME COMMAND',
  attach: 'guestctl shell NAME',
  enter: 'guestctl shell NAME',
  sh: 'guestctl shell NAME',
  bash: 'guestctl shell NAME',
  ssh: 'guestctl shell NAME',
  ls: 'guestctl list',
  ps: 'guestctl list',
  images: 'guestctl list',
  'list-images': 'guestctl list',
  'list-machines': 'guestctl list',
  'list-units': 'guestctl list',
  'list-timers': 'guestctl list',
  show: 'guestctl status NAME',
  info: 'guestctl status NAME',
  inspect: 'guestctl status NAME',
  top: 'guestctl exec NAME top',
  stats: 'guestctl status NAME',
  port: 'guestctl status NAME',
  'is-active': `systemctl is-active ${driver.unit('NAME')}`,
  'is-enabled': `systemctl is-enabled ${driver.unit('NAME')}`,
  'is-failed': `systemctl is-failed ${driver.unit('NAME')}`,
  'list-dependencies': `systemctl list-dependencies ${driver.unit('NAME')}`,
  'daemon-reexec': 'systemctl daemon-reexec',
  freeze: `systemctl freeze ${driver.unit('NAME')}`,
  pause: `systemctl freeze ${driver.unit('NAME')}`,
  thaw: `systemctl thaw ${driver.unit('NAME')}`,
  unpause: `systemctl thaw ${driver.unit('NAME')}`,
  'soft-reboot': 'guestctl reboot NAME',
  container: 'guestctl list',
  machine: 'guestctl list',
  image: 'guestctl list',
  quadlet: 'guestctl list',
  generate: 'guestctl units NAME',
  version: 'guestctl --version',
  search: 'guestctl create --list-templates',
  build: 'guestctl update NAME, which builds its tree',
  volume: 'guestctl edit NAME, and set Bind= in [Files]; then: guestctl restart NAME',
  network: 'guestctl edit NAME, and see [Network] in ostree-guests.guest(5)',
  journalctl: 'guestctl logs NAME',
  pinned: 'guestctl deployments NAME',
  db: 'guestctl diff NAME',
  cancel: 'systemctl stop ostree-guest-update@NAME.service',
  cleanup: 'guestctl update NAME, which cleans up',
  prune: 'guestctl update NAME, which cleans up',
  'set-default': 'guestctl rollback NAME DEPLOYMENT',
  reset: 'guestctl edit NAME, and take Install= out of [Packages]; then: guestctl update NAME',
  snapshot: 'guestctl copy NAME NEW',
  mv: 'guestctl rename NAME NEW',
  move: 'guestctl rename NAME NEW',
  push: 'guestctl export NAME',
  log: 'guestctl logs NAME',
  journal: 'guestctl logs NAME',
  events: 'guestctl history NAME',
  upgrade: 'guestctl update NAME',
  pull: 'guestctl update NAME',
  'auto-update': 'guestctl update NAME',
  rebase: 'guestctl edit NAME, and change Ref= or another source; then: guestctl update NAME',
  install: 'guestctl edit NAME, and set Install= in [Packages]; then: guestctl update NAME',
  uninstall: 'guestctl edit NAME, and set Remove= in [Packages]; then: guestctl update NAME',
  override: 'guestctl edit NAME, and set Install= or Remove= in [Packages]; then: guestctl update NAME',
  'apply-live': 'guestctl switch NAME',
  'finalize-deployment': 'guestctl switch NAME',
  check: 'guestctl verify',
  test: 'guestctl verify',
  reload: 'systemctl daemon-reload',
  'daemon-reload': 'systemctl daemon-reload',
  'reset-failed': `systemctl reset-failed ${driver.unit('NAME')}`,
  mask: 'guestctl disable --now NAME',
  unmask: 'guestctl enable NAME',
  preset: 'guestctl enable NAME',
  set: 'guestctl edit NAME',
  config: 'guestctl edit NAME',
  'set-property': `guestctl edit NAME; for the running guest: systemctl set-property ${driver.unit('NAME')}`,
  'set-limit': 'guestctl edit NAME',
  'copy-to': 'tar -c FILE | guestctl exec NAME tar -x -C DIRECTORY',
  'copy-from': 'guestctl exec NAME tar -c FILE | tar -x',
  bind: 'guestctl edit NAME, and set Bind= in [Files]; then: guestctl restart NAME',
  new: 'guestctl create NAME',
  init: 'guestctl create NAME',
  launch: 'guestctl create NAME --start',
  deploy: 'guestctl switch NAME',
  revert: 'guestctl rollback NAME',
  clone: 'guestctl copy NAME NEW',
  cp: 'guestctl copy NAME NEW. For a file: guestctl exec NAME cat FILE',
  duplicate: 'guestctl copy NAME NEW',
  backup: 'guestctl export NAME',
  save: 'guestctl export NAME',
  dump: 'guestctl export NAME',
  'export-tar': 'guestctl export NAME',
  restore: 'guestctl import FILE',
  load: 'guestctl import FILE',
  'import-tar': 'guestctl import FILE',
  rm: remove,
  delete: remove,
  destroy: remove,
  purge: remove,
  'remove-image': remove,
};

/** Verbs of other tools that have a hint. */
export const otherVerbs: readonly string[] = Object.keys(others);

/** Never suggested for an unknown verb: a typing error must not delete a guest. */
const destructive = ['remove'];

/** Returns the message for an unknown command. `guest` is the next word, if any. */
export function unknownCommand(verb: string, guest: string | undefined, commands: readonly string[]): string {
  const message = `error: unknown command '${verb}'.`;
  const other = Object.hasOwn(others, verb) ? others[verb] : undefined;
  if (other !== undefined)
    return `${message} Use: ${guest !== undefined && guestName.test(guest) ? other.replaceAll('NAME', guest) : other}`;
  const meant = nearest(
    verb,
    commands.filter((name) => !destructive.includes(name)),
  );
  return `${message} ${meant === undefined ? 'All commands: guestctl --help' : `Did you mean ${meant}?`}`;
}
