// A second driver: what a driver has to be, and no more.
import type { MachineUnits } from '../../src/generator/machine-units.ts';
import type { Finished } from '../../src/host/process.ts';
import type { Machine } from '../../src/machine/machine.ts';

/** What a look at a machine finds: what its unit on the host says, and what its own systemd says, if that answers. */
export interface Moment {
  readonly unit: string;
  readonly sub?: string;
  readonly system?: string;
  readonly failed?: string;
  /** The state of its default target. Default: active. */
  readonly target?: string;
  /** The job of its unit, and the result so far: systemctl(1), show. Default: none, and success. */
  readonly job?: string;
  readonly result?: string;
  /** Whether its unit ended because somebody stopped it. */
  readonly isStopped?: boolean;
  /** The exit code of a health check then. */
  readonly check?: number;
}

/** The fake host: what is found next, what was found last, and what was asked. */
export const host = { next: [] as Moment[], now: { unit: 'inactive' } as Moment, asked: [] as string[] };

export const says = (exitCode: number, stdout = ''): Finished => ({
  ended: 'exited',
  exitCode,
  stdout,
  stderr: '',
});

/** Guests as virtual machines, on a host that has none. */
export const fake: Machine = {
  unit: (guest) => `vm@${guest}.service`,
  identifier: 'vm',
  settings: () => [],
  unitsAtBoot: (guest) => [`vm@${guest}.service`],
  async systemctl(_machine, [verb = '']) {
    const { system, failed, target = 'active' } = host.now;
    if (system === undefined) return says(1);
    if (verb === 'is-system-running') return says(0, system);
    return verb === 'is-active' ? says(0, target) : says(0, failed ?? '');
  },
  async check(machine, words) {
    host.asked.push(`${machine}: ${words.join(' ')}`);
    return says(host.now.check ?? 0);
  },
  service: (machine, words) => ['ssh', machine, ...words],
  attach: async () => 0,
  shell: async () => 0,
  reboot: async () => undefined,
  processes: async (guest) => `/sys/fs/cgroup/vm-${guest}`,
  journal: () => ({ option: '--directory=/vm/journal', readable: [] }),
  addresses: async () => [],
  links: async () => [],
  users: async () => 'own',
  lackOf: (messages) => messages.find((message) => message.startsWith('no memory')),
  rehearsalUsers: () => undefined,
  rehearse: async () => 0,
  forget: () => undefined,
  verify: async () => [],
  findings: async () => [],
  words: (verb, guest) => `vmctl ${verb} ${guest}`,
  journalWords: (machine, unit) => `vmctl journal ${machine} ${unit}`,
};
export const fakeUnits: MachineUnits = {
  unit: fake.unit,
  identifier: fake.identifier,
  command: ({ name }, parameters = []) => ['vm', name, ...parameters].join(' '),
  layeringLines: () => ['DeviceAllow=/dev/kvm rw'],
  clearLeftOver: [],
  askingLines: () => [],
};
