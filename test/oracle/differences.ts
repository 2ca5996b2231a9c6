// Where this program means to read a value otherwise than systemd. A difference that is not here is a mistake.
import { parseSyntax } from '../../src/config/syntax.ts';
import type { Setting } from './container-values.ts';
import type { Question } from './oracle.ts';

interface Difference {
  readonly kinds: readonly string[];
  readonly is: (value: string) => boolean;
  readonly reason: string;
}

const differences: readonly Difference[] = [
  {
    kinds: ['words'],
    is: (value) => /\\u(?:d[89a-f]|fffe|ffff|fd[d-e])|\\U000[0-9a-f]fff[ef]/i.test(value),
    reason: 'what is no character would make systemd stop reading the unit that it is written into',
  },
  {
    kinds: ['port'],
    is: (value) => /^0|[+x ]/.test(value),
    reason: 'a port is written in decimal digits, without zeros before them',
  },
  {
    kinds: ['machine-id'],
    is: (value) => /^[0-]+$/.test(value),
    reason: 'systemd-nspawn takes all but this one (--uuid=)',
  },
  {
    kinds: ['integer', 'permyriad'],
    is: (value) => /0[bo](?:0[xbo]?)?[ \t+-]|[+-]0b|0b0b/.test(value),
    reason: 'accidents of strtol(3), other ones in other versions of the C library',
  },
  {
    kinds: ['file'],
    is(value) {
      const { problems } = parseSyntax('file', value);
      return problems.length > 0 && problems.every(({ message }) => message.startsWith("'[X-"));
    },
    reason:
      'systemd 262 allows no brackets in the name of a section; before, it did where the name begins with X-',
  },
  {
    kinds: ['file'],
    is(value) {
      const { problems } = parseSyntax('file', value);
      return (
        problems.length > 0 && problems.every(({ message }) => message.startsWith('The value ends with a'))
      );
    },
    reason: 'a backslash with blanks behind it was meant to continue the line; systemd takes it as the value',
  },
  {
    kinds: ['file'],
    is: (value) => /\n\uFEFF/.test(value),
    reason: 'a byte order mark is at the beginning of a file; systemd takes one anywhere',
  },
];

export const isMeant = ({ kind, value }: Question): boolean =>
  differences.some(({ kinds, is }) => kinds.includes(kind) && is(value));

interface RefusedHere {
  readonly keys: readonly string[];
  readonly is: (value: string) => boolean;
  readonly reason: string;
}

/** What systemd-nspawn takes, and a guest cannot have. */
const refused: readonly RefusedHere[] = [
  {
    keys: ['PrivateUsers'],
    is: (value) => /^(yes|1|identity|managed|\d{1,5}|\d+:\d+)$/.test(value),
    reason: "it would have the UIDs of the host's users, too few for a machine, or need another kind of tree",
  },
  {
    keys: ['PrivateUsersOwnership', 'Volatile', 'LinkJournal'],
    is: () => true,
    reason: 'a guest keeps its state, and nothing changes the owners of its files or writes into them',
  },
  {
    keys: ['Capability', 'DropCapability', 'KillSignal'],
    is: (value) => value === 'help',
    reason: 'nspawn prints a list, and starts nothing',
  },
  {
    keys: ['Environment'],
    is: (value) => !value.includes('='),
    reason: 'as an option it is a variable of nspawn itself; in an .nspawn file it has no meaning',
  },
  { keys: ['Capability'], is: (value) => value.includes(','), reason: 'in an .nspawn file it is no name' },
  {
    keys: ['CPUAffinity', 'BindUser'],
    is: (value) => value.startsWith('"'),
    reason: 'such a word needs no quotes',
  },
  {
    keys: ['Bind'],
    is: (value) => value.endsWith(':ro'),
    reason: 'nspawn reads the options of a bind when it mounts, and then ends',
  },
];

/** What a guest can have, and systemd-nspawn does not take: guestctl verify asks it. */
const leftToVerify: readonly RefusedHere[] = [
  {
    keys: ['Capability', 'DropCapability', 'KillSignal', 'Personality', 'BindUser'],
    is: () => true,
    reason: 'which names there are, the version of systemd and the machine decide',
  },
  {
    keys: ['LimitNOFILE', 'LimitCPU', 'LimitFSIZE', 'LimitNICE', 'LimitRTTIME', 'RestrictAddressFamilies'],
    is: () => true,
    reason: 'each limit has units of its own, and each kernel its address families',
  },
  {
    keys: ['Interface', 'MACVLAN', 'IPVLAN'],
    is: () => true,
    reason: 'systemd 252 looks whether the interface is there',
  },
  {
    keys: ['CPUAffinity'],
    is: (value) => /^\d+-\d+$/.test(value),
    reason: 'a range that ends before it begins',
  },
];

const isIn = (list: readonly RefusedHere[], { key, value }: Setting): boolean =>
  list.some(({ keys, is }) => keys.includes(key) && is(value));

/** `takes` and `here`: whether systemd-nspawn takes it, and whether a guest can have it. */
export const isMeantOfContainers = (setting: Setting, takes: boolean, here: boolean): boolean =>
  takes === here || isIn(takes ? refused : leftToVerify, setting);

/** What a unit may have, and a guest may not; and the other way round. */
const ofUnits: readonly RefusedHere[] = [
  { keys: ['IOSchedulingClass'], is: (value) => value === '4', reason: 'there are classes 0 to 3' },
];

export const isMeantOfUnits = (setting: Setting, takes: boolean, here: boolean): boolean =>
  takes === here || isIn(ofUnits, setting);
