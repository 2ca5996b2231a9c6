// A real host to test on, booted in seconds: an OSTree system, or a plain Debian with ostree installed.
import { join } from 'node:path';
import { execa } from 'execa';
import { removeCgroup } from './cgroup.ts';
import { environment, inside, type Machine, startContainer } from './container.ts';
import { deployHost } from './deployment.ts';
import { type Connection, connected, writeAddress } from './lan.ts';
import { copyPlainHost } from './plain.ts';
import { guestRecipe, hostRecipe } from './recipe.ts';
import { buildTrees, type Trees } from './trees.ts';
import { makeWorkDirectory, removeWorkDirectory } from './workdir.ts';

/** How things are done in a host, be it a container or a virtual machine. */
export interface Commands {
  /** Runs a command in the host. Throws, with the command and all it printed, when it fails. */
  run(file: string, ...args: string[]): Promise<Result>;
  /** Runs a script (bash -euo pipefail) in the host: its output, trimmed. Throws like `run`. */
  sh(script: string): Promise<string>;
  /** Runs a script of which failing is one outcome. */
  try(script: string): Promise<Result>;
  /** Writes a file in the host, with its directory. */
  write(path: string, text: string, mode?: number): Promise<void>;
  /** How many seconds to wait for what happens by itself, and between two looks at it. */
  readonly waits?: { readonly limit: number; readonly pause: number };
}

export interface Host extends Commands {
  readonly name: string;
  /** Paths outside of the host: the root that it runs from, its physical sysroot (on a plain host: its root) ... */
  readonly root: string;
  readonly physical: string;
  /** ... its /var, and a directory that is nowhere inside, for what a test needs outside. */
  readonly var: string;
  readonly work: string;
  readonly trees: Trees;
  /** The command line that runs a program in the host, for who starts it with pipes of their own. */
  inside(file: string, ...args: string[]): [string, string[]];
  /** Ends it as a power cut does, and boots it again. */
  cutPower(): Promise<void>;
  /** Ends it as a power cut does, and removes all of it. */
  stop(): Promise<void>;
}

export interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order they were printed. */
  readonly all: string;
}

export interface HostOptions {
  /** An OSTree system (the default), or a plain Debian? */
  readonly ostree?: boolean;
  /** The repository and the ref of the tree that it is deployed from, if not the plain one. */
  readonly tree?: { readonly repo: string; readonly ref: string };
  /** The product, installed (see product.ts), or none. The default is what setup.ts installed for this run. */
  readonly product?: string | undefined;
  /** A plain Debian with no more than a guest has: neither ostree nor Node. */
  readonly isBare?: boolean;
  /** The network that it is connected to. The default is its loopback alone. */
  readonly network?: Connection;
  /** What is done when its files are there, before it boots; `work` is its work directory. */
  readonly prepare?: (places: Places, work: string) => Promise<void>;
}

export async function bootHost(options: HostOptions = {}): Promise<Host> {
  const { OSTREE_GUESTS_TEST_PRODUCT: installed } = process.env;
  const product = 'product' in options ? options.product : installed;
  const trees = await buildTrees();
  const work = makeWorkDirectory('host');
  try {
    const made = await makeHost(options, work, trees.repo, product);
    await options.prepare?.(made, work);
    const { boot, ...places } = made;
    const { network } = options;
    if (network) await writeAddress(places.root, network);
    const power = () =>
      startContainer(work, places.root, [...boot, ...(network ? connected : [])], network?.lan.namespace);
    let machine = await power();
    return {
      name: 'host',
      work,
      trees,
      ...places,
      ...commands(() => machine),
      inside: (file, ...args) => inside(machine, file, ...args),
      cutPower: async () => {
        removeCgroup(work);
        machine = await power();
      },
      stop: async () => removeWorkDirectory(work),
    };
  } catch (error) {
    removeWorkDirectory(work);
    throw error;
  }
}

const makeHost = (options: HostOptions, work: string, trees: string, product?: string) =>
  options.ostree === false
    ? copyPlainHost(work, trees, options.isBare ? guestRecipe.ref : hostRecipe.ref, product)
    : deployHost(work, options.tree ?? { repo: trees, ref: hostRecipe.ref }, product);

/** In milliseconds. Only a command that hangs takes as long, however busy the machine is. */
const commandLimit = 600_000;

function commands(machine: () => Machine): Commands {
  const execute = async (input: string | undefined, command: string[]): Promise<Result> => {
    const [file = '', ...args] = command;
    const { exitCode, stdout, stderr, all, signal, timedOut } = await execa(
      ...inside(machine(), file, ...args),
      {
        env: environment,
        extendEnv: false,
        reject: false,
        all: true,
        timeout: commandLimit,
        // Nothing, not an empty pipe: `machinectl shell` ends its session when a pipe ends.
        ...(input === undefined ? { stdin: 'ignore' } : { input }),
      },
    );
    const note = timedOut
      ? `\n(ended after ${commandLimit / 1000} s)`
      : signal
        ? `\n(killed by ${signal})`
        : '';
    return { exitCode: exitCode ?? 128, stdout, stderr, all: all + note };
  };
  const demand = async (input: string | undefined, command: string[]): Promise<Result> => {
    const result = await execute(input, command);
    if (result.exitCode === 0) return result;
    throw new Error(`exit code ${result.exitCode}, in the host: ${command.join(' ')}\n${result.all}`);
  };
  const script = (text: string) => ['bash', '-euo', 'pipefail', '-c', text];
  return {
    run: (file, ...args) => demand(undefined, [file, ...args]),
    sh: async (text) => (await demand(undefined, script(text))).stdout.trim(),
    try: (text) => execute(undefined, script(text)),
    write: async (path, text, mode = 0o644) => {
      const script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$0" "$1"';
      await demand(text, ['sh', '-c', script, mode.toString(8), path]);
    },
  };
}

/** What making a host's files gives: where they are, and the nspawn options that boot them. */
export interface Places {
  readonly root: string;
  readonly physical: string;
  readonly var: string;
  readonly boot: string[];
}

/** Where a host's path is outside of it. */
export function outside(host: Host, path: string): string {
  const inVar = /^\/(?:var|(srv|home|opt|mnt))(\/.*|$)/.exec(path);
  if (host.physical === host.root || !inVar) return join(host.root, path);
  return join(host.var, inVar[1] ?? '', inVar[2] ?? '');
}
