import type { Guest } from '../config/guest.ts';
import type { Problem } from '../config/problem.ts';
import type { UserRange } from '../host/mount.ts';
import type { Finished } from '../host/process.ts';
import type { Finding } from './finding.ts';

/** Runs a program of the host that asks a machine: directly, or through the host's systemd. */
export type Ask = (file: string, args: readonly string[]) => Promise<Finished>;

/** Whether the root of a running machine is the root of the host; `unknown` if the host does not tell. */
export type Users = 'own' | 'of the host' | 'unknown';

/** What an administrator does with a guest by a command of the host. */
type Verb = 'shell' | 'poweroff' | 'terminate' | 'login';

/** The journal that a running machine has written: an option of journalctl(1), and the paths that it needs to see. */
export interface OwnJournal {
  readonly option: string;
  readonly readable: readonly string[];
}

/** The directories of a rehearsal on the host, all of which are removed afterwards. */
export interface RehearsalDirectories {
  readonly machine: string;
  /** The root of the candidate, which is read-only. */
  readonly root: string;
  readonly etc: string;
  readonly var: string;
  /** Further writable directories: DIRECTORY:PATH-INSIDE. */
  readonly places: readonly string[];
  /** The owners of the files in `var` and `places`; undefined without a user namespace. */
  readonly users: UserRange | undefined;
}

/**
 * The part of a driver that steps and commands need. The other part, which makes the units, is
 * src/generator/machine-units.ts. A machine is a guest, or the throwaway machine of its rehearsal.
 *
 * What a machine answers is data: a driver waits for it for a limited time, and never takes a missing answer for a good one.
 */
export interface Machine {
  /** The unit that a guest runs in; `*` makes the pattern of the units of all guests: systemctl(1). */
  unit(guest: string): string;

  /** What runs a guest, as it is named in the journal. Its last message says why it ended. */
  readonly identifier: string;

  /** Returns files with an administrator's settings for a guest, besides drop-ins of units. */
  settings(guest: string): readonly string[];
  /** Returns the units that are enabled to start a guest with the host. */
  unitsAtBoot(guest: string): readonly string[];

  /** Runs systemctl(1) on the systemd of a machine. Its output is empty if that does not answer. */
  systemctl(machine: string, args: readonly string[], ask: Ask): Promise<Finished>;
  /**
   * Runs a command as a service in a machine, for at most `limit` milliseconds. Reports success only if the systemd of the
   * machine said so: a broken connection is a failure.
   */
  check(machine: string, words: readonly string[], limit: number): Promise<Finished>;
  /** Returns the command of the host that runs a command as a service with these properties in a machine. */
  service(machine: string, words: readonly string[], properties: readonly string[]): readonly string[];
  /** Runs a command on our own terminal or pipes, looked up in the machine's $PATH. Returns its exit code. */
  attach(machine: string, words: readonly string[]): Promise<number>;
  /** Opens a root login shell on our terminal. */
  shell(machine: string): Promise<number>;
  /** Asks the init system of a running machine to reboot, and returns at once. */
  reboot(machine: string): Promise<void>;
  /** Returns the directory of the control group of all processes in a running guest, but not of what runs it: cgroups(7). */
  processes(guest: string): Promise<string>;
  journal(machine: string): OwnJournal;
  /** Returns its IP addresses; none if the host does not tell. */
  addresses(machine: string): Promise<readonly string[]>;
  /** Returns the network interfaces of the host that lead to it; none if the host does not tell. */
  links(machine: string): Promise<readonly string[]>;
  users(machine: string): Promise<Users>;
  /**
   * Finds in the last messages of a machine that ended by itself, and of systemd about its unit, what the host lacked; undefined if
   * the host is not to blame.
   */
  lackOf(messages: readonly string[]): string | undefined;

  /** Returns the user namespace of a rehearsal; undefined if the guest has none. */
  rehearsalUsers(guest: Guest): UserRange | undefined;
  /**
   * Boots the machine of a rehearsal in our own unit, with the limits of the guest, but without a network, and with nothing
   * of the host writable. Tells systemd when it is up (sd_notify(3)), and returns its exit code.
   */
  rehearse(guest: Guest, rehearsal: RehearsalDirectories): Promise<number>;
  /** Forgets a guest that was removed. */
  forget(guest: string): void;

  /** Checks the keys of guests that are about their machines against this host. Returns the problems of each, in the same order. */
  verify(guests: readonly Guest[]): Promise<readonly (readonly Problem[])[]>;
  /** Checks whether the host has what these guests need of it to run: guestctl doctor. */
  findings(guests: readonly Guest[]): Promise<readonly Finding[]>;

  /** Returns the command that does this with a guest, for people. For what guestctl does itself, name that: guestctl reboot. */
  words(verb: Verb, guest: string): string;
  /** Returns the command that shows the journal of a unit in a machine, for people. */
  journalWords(machine: string, unit: string): string;
}
