// The virtual machine that the scenarios happen in: its disk is an overlay over the cached one, and ends with the run.
import { execa } from 'execa';
import type { Commands } from '../host/host.ts';
import { say } from '../host/say.ts';
import { Channel, commandsOf } from './channel.ts';
import { diskOf, type Qemu, startQemu } from './qemu.ts';

export interface Machine extends Commands {
  /** A directory outside of it, for what a scenario needs there. */
  readonly work: string;
  /** Switches it on, and waits until it takes commands. */
  boot(): Promise<void>;
  /** Has it reboot by itself, and waits until it takes commands again. */
  reboot(): Promise<void>;
  /** Has it power itself off, and waits until it has. */
  powerOff(): Promise<void>;
  /** Ends it as a power cut does. */
  cut(): Promise<void>;
  /** Cuts the power, unless it is off, and boots. */
  restart(): Promise<void>;
  /** Saves memory and disk, to return to. */
  save(name: string): Promise<void>;
  restore(name: string): Promise<void>;
}

export async function makeMachine(work: string, image: string): Promise<Machine> {
  await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', image, '-F', 'raw', diskOf(work)]);
  let qemu: Qemu | undefined;
  let channel: Channel | undefined;
  const on = <T>(part: T | undefined): T => {
    if (!part) throw new Error('The virtual machine is switched off');
    return part;
  };
  const commands = commandsOf(() => on(channel));
  const start = async (snapshot?: string) => {
    qemu = await startQemu(work, snapshot);
    channel = new Channel(qemu.commands);
    return channel;
  };
  const boot = () => timed('booted', async () => void (await (await start()).nextBoot()));
  const cut = async () => {
    await qemu?.cut();
    off();
  };
  /** The answer may or may not come before the end. */
  const order = (what: 'reboot' | 'poweroff') => {
    commands.run('systemctl', what, '--no-block').catch(() => {});
  };
  const answers = () =>
    commands.sh('true').then(
      () => true,
      () => false,
    );
  const off = () => {
    qemu = undefined;
    channel = undefined;
  };
  return {
    ...commands,
    work,
    boot,
    reboot: () =>
      timed('rebooted', async () => {
        const next = on(channel).nextBoot();
        order('reboot');
        await next;
      }),
    powerOff: () =>
      timed('powered off', async () => {
        order('poweroff');
        await on(qemu).ended();
        off();
      }),
    cut,
    restart: async () => {
      await cut();
      await boot();
    },
    save: (name) => timed(`saved as ${name}`, () => on(qemu).save(name)),
    restore: (name) =>
      timed(`restored ${name}`, async () => {
        await cut();
        await start(name);
        // The agent may find the port closed at first, and begins again.
        for (let tries = 0; tries < 5; tries += 1) if (await answers()) return;
        throw new Error('The virtual machine takes no commands');
      }),
  };
}

/** Tells how long it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const result = await work();
  say(`    ${what} (${seconds(started)} s)`);
  return result;
}

export const seconds = (since: number): number => Math.round((Date.now() - since) / 1000);
