// A virtual machine under QEMU, in software emulation, and the ways to end it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { commandPort } from './recipe.ts';
import { patience } from './times.ts';

export interface Qemu {
  /** What commands go in by and come out of. */
  readonly commands: Socket;
  /** Saves the state of memory and disk under a name. */
  save(name: string): Promise<void>;
  /** Ends it as a power cut does: what the machine has not flushed is lost. */
  cut(): Promise<void>;
  /** Waits until it has powered itself off. */
  ended(): Promise<void>;
}

/** Starts it, from what is on its disk or from a saved state. */
export async function startQemu(work: string, snapshot?: string): Promise<Qemu> {
  const socket = (name: string) => `path=${join(work, name)},server=on,wait=off`;
  const process = execa(
    'nice',
    [
      // All of this gives way to whatever else the machine does.
      '-n',
      '19',
      'ionice',
      '--class=3',
      'setpriv',
      '--pdeathsig',
      'KILL',
      'qemu-system-x86_64',
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      // Emulating a newer processor takes half as long again.
      '-machine',
      'q35,accel=tcg',
      '-cpu',
      'Nehalem',
      '-smp',
      '2',
      '-m',
      '2048',
      // Flushing goes as far as this machine's page cache, which outlives QEMU.
      '-drive',
      `file=${diskOf(work)},if=virtio,cache=unsafe,discard=unmap`,
      '-netdev',
      'user,id=wire',
      '-device',
      'virtio-net-pci,netdev=wire,romfile=',
      '-chardev',
      `file,id=console,path=${join(work, 'console.log')},append=on`,
      '-serial',
      'chardev:console',
      '-device',
      'virtio-serial-pci',
      '-chardev',
      `socket,id=commands,${socket('commands')}`,
      '-device',
      `virtserialport,chardev=commands,name=${commandPort}`,
      '-chardev',
      `socket,id=control,${socket('control')}`,
      '-mon',
      'chardev=control,mode=control',
      ...(snapshot ? ['-loadvm', snapshot] : []),
    ],
    { reject: false, all: true },
  );
  const ended = async () => {
    const { all } = await process;
    if (all) throw new Error(`QEMU ended: ${all}`);
  };
  const open = (name: string) => Promise.race([connected(join(work, name)), ended().then(neverCame)]);
  const commands = await open('commands');
  const control = await open('control');
  return {
    commands,
    save: (name) => order(control, `savevm ${name}`),
    cut: async () => {
      process.kill('SIGKILL');
      await process;
    },
    ended,
  };
}

export const diskOf = (work: string): string => join(work, 'disk.qcow2');

const neverCame = (): never => {
  throw new Error('QEMU ended before it was up');
};

async function connected(path: string): Promise<Socket> {
  for (const since = Date.now(); ; await sleep(100)) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      // It ends with the machine, however that ends.
      return socket.on('error', () => {});
    } catch (error) {
      if (Date.now() - since > patience.qemu * 1000) throw error;
    }
  }
}

/** Gives an order of the human monitor, by the one for machines: it tells when it is done, and what went wrong. */
async function order(control: Socket, line: string): Promise<void> {
  const execute = (execute: string, rest = {}) => control.write(`${JSON.stringify({ execute, ...rest })}\n`);
  execute('qmp_capabilities');
  execute('human-monitor-command', { arguments: { 'command-line': line }, id: line });
  for await (const answer of createInterface(control)) {
    const { id, return: said, error } = JSON.parse(answer);
    if (id !== line) continue;
    if (error || said) throw new Error(`${line}: ${said || error.desc}`);
    return;
  }
}
