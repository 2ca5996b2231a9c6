// The actions that the user has started here, and what guestctl says of them.

import { guests } from './guests.ts';
import { act } from './run-guestctl.ts';
import { Store } from './store.ts';

export interface Task {
  readonly id: number;
  /** The guest, or the unit of a build or mirror. */
  readonly guest: string;
  /** What is being done. */
  readonly title: string;
  /** What guestctl has said so far, or why it failed. */
  readonly said: string;
  readonly state: 'running' | 'done' | 'failed';
}

interface TaskWish {
  readonly guest: string;
  readonly title: string;
  /** guestctl unless it is set. */
  readonly program?: 'guestctl' | 'systemctl';
  readonly args: readonly string[];
  readonly input?: string;
}

class Tasks {
  readonly all = new Store<readonly Task[]>([]);
  #last = 0;

  /** Returns true if it succeeded. */
  readonly run = async ({ guest, title, program = 'guestctl', args, input }: TaskWish): Promise<boolean> => {
    this.#last += 1;
    const id = this.#last;
    // What succeeded before has been seen. A failure stays until somebody closes it.
    const before = this.all.known().filter(({ state }) => state !== 'done');
    this.all.set([...before, { id, guest, title, said: '', state: 'running' }]);
    try {
      await act([program, ...args], (said) => this.#change(id, { said: said.trim() }), input);
      this.#change(id, { state: 'done' });
      return true;
    } catch (error) {
      this.#change(id, { state: 'failed', said: error instanceof Error ? error.message : String(error) });
      return false;
    } finally {
      guests.refresh();
    }
  };

  readonly dismiss = (id: number): void => {
    this.all.set(this.all.known().filter((task) => task.id !== id));
  };

  #change(id: number, change: Partial<Task>): void {
    this.all.set(this.all.known().map((task) => (task.id === id ? { ...task, ...change } : task)));
  }
}

export const tasks = new Tasks();
