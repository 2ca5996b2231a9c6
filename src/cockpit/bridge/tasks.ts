// The actions that the user has started here, and what guestctl says of them.

import { guests } from './guests.ts';
import { act } from './run-guestctl.ts';

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
  #all: readonly Task[] = [];
  #last = 0;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly all = (): readonly Task[] => this.#all;

  /** Returns true if it succeeded. */
  readonly run = async ({ guest, title, program = 'guestctl', args, input }: TaskWish): Promise<boolean> => {
    this.#last += 1;
    const id = this.#last;
    this.#all = [...this.#all, { id, guest, title, said: '', state: 'running' }];
    this.#tell();
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
    this.#all = this.#all.filter((task) => task.id !== id);
    this.#tell();
  };

  #change(id: number, change: Partial<Task>): void {
    this.#all = this.#all.map((task) => (task.id === id ? { ...task, ...change } : task));
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const tasks = new Tasks();
