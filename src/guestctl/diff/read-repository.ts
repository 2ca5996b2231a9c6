import type { Guest } from '../../config/guest.ts';
import { roomsOf, runConfined } from '../../host/confined.ts';
import { Failure } from '../../host/failure.ts';
import type { Finished } from '../../host/process.ts';
import { reason } from '../../ostree/ostree.ts';
import { repositoryOf } from '../../ostree/repository.ts';

/**
 * Runs ostree(1) on the repository of one guest, where nothing else is seen and only `writable` can be written to: a guest that manages
 * itself may have made its directories links, and may change them meanwhile.
 */
export class RepositoryReader {
  readonly #guest: Guest;
  readonly #writable: readonly string[];
  static #runs = 0;

  constructor(guest: Guest, writable: readonly string[] = []) {
    this.#guest = guest;
    this.#writable = writable;
  }

  /** Returns a reader that can also write to a directory. */
  writingTo(directory: string): RepositoryReader {
    return new RepositoryReader(this.#guest, [directory]);
  }

  /** Returns any exit code of ostree. Fails if it could not run, or was killed. */
  async attempt(command: string, ...args: readonly string[]): Promise<Finished> {
    const { name, sysroot } = this.#guest;
    RepositoryReader.#runs += 1;
    const unit = `diff-${name}-${process.pid}-${RepositoryReader.#runs}`;
    const finished = await runConfined(
      {
        name: unit,
        writable: this.#writable,
        readable: roomsOf(this.#guest),
        capabilities: ['CAP_DAC_READ_SEARCH'],
        timeLimit: '10min',
        // A comparison keeps all files that changed in memory.
        memory: '1G',
      },
      ['ostree', command, `--repo=${repositoryOf(sysroot)}`, ...args],
    );
    // ostree itself says it like that.
    if (finished.exitCode !== 0 && !/^error: /m.test(finished.stderr))
      throw new Failure(
        `Cannot run ostree ${command}: ${reason(finished.stderr)}`,
        `See: journalctl -u ostree-guest-${unit}`,
      );
    return finished;
  }

  /** Returns its output. If it fails, the message begins with `what`. */
  async read(what: string, command: string, ...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.attempt(command, ...args);
    if (exitCode !== 0) throw new Failure(`${what}: ${reason(stderr)}`);
    return stdout;
  }
}
