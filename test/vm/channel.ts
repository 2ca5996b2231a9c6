// Commands in the virtual machine, by its serial port: see the agent.
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Commands, Result } from '../host/host.ts';
import { patience } from './times.ts';

interface Answer {
  resolve(result: Result): void;
  reject(error: Error): void;
}

export class Channel {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Answer>();
  #count = 0;
  #up: (boot: string) => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    createInterface(socket).on('line', (line) => this.#read(line));
    socket.on('close', () => this.#lost('The virtual machine ended'));
  }

  /** The id of the next boot that takes commands. */
  nextBoot(): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`The machine did not come up within ${patience.boot} s`));
      const timer = setTimeout(late, patience.boot * 1000);
      this.#up = (boot) => {
        clearTimeout(timer);
        resolve(boot);
      };
    });
  }

  /** Runs a script (bash -euo pipefail). */
  execute(script: string): Promise<Result> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`No answer within ${patience.command + 60} s: ${script}`));
      const timer = setTimeout(late, (patience.command + 60) * 1000);
      const answered = (answer: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        answer();
      };
      this.#waiting.set(id, {
        resolve: (result) => answered(() => resolve(result)),
        reject: (error) => answered(() => reject(error)),
      });
      this.#socket.write(`${id} ${patience.command} ${encode(script)}\n`);
    });
  }

  #read(line: string): void {
    const [id = '', status, out, err] = line.split(' ');
    if (id === 'up') {
      this.#lost('The virtual machine was booted again');
      this.#up(status ?? '');
      return;
    }
    const [stdout, stderr] = [decode(out), decode(err)];
    this.#waiting.get(Number(id))?.resolve({
      exitCode: Number(status),
      stdout,
      stderr,
      all: [stdout, stderr].filter(Boolean).join('\n'),
    });
  }

  #lost(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
  }
}

const encode = (text: string) => Buffer.from(text).toString('base64');
/** The agent ends each part with a slash, so that none is empty. */
const decode = (text = '') => Buffer.from(text.replace(/\/$/, ''), 'base64').toString().trimEnd();

/** What tests do in a host, done in the virtual machine. */
export function commandsOf(channel: () => Channel): Commands {
  const demand = async (script: string): Promise<Result> => {
    const result = await channel().execute(script);
    if (result.exitCode === 0) return result;
    throw new Error(`exit code ${result.exitCode}, in the virtual machine: ${script}\n${result.all}`);
  };
  return {
    run: (...command) => demand(command.map(quote).join(' ')),
    sh: async (script) => (await demand(script)).stdout.trim(),
    try: (script) => channel().execute(script),
    write: async (path, text, mode = 0o644) => {
      const file = quote(path);
      await demand(`mkdir -p "$(dirname ${file})"; base64 -d <<<${encode(text)} >${file}
        chmod ${mode.toString(8)} ${file}`);
    },
    // Looking takes the machine's time.
    waits: { limit: patience.eventually, pause: 2 },
  };
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
