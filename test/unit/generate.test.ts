// What the generator costs: how often it touches files for a guest.
import { expect, test } from 'vitest';
import { generate } from '../../src/generator/generate.ts';

/** A file system of literal text that writes down what is asked of it. */
function inMemory(texts: Readonly<Record<string, string>>) {
  const calls: string[] = [];
  const files = {
    list: (directory: string) => {
      calls.push(`list ${directory}`);
      const inside = Object.keys(texts).filter((path) => path.startsWith(`${directory}/`));
      return [...new Set(inside.map((path) => path.slice(directory.length + 1).replace(/\/.*/, '')))];
    },
    read: (file: string) => {
      calls.push(`read ${file}`);
      return texts[file];
    },
    write: (path: string) => void calls.push(`write ${path}`),
    link: (_target: string, path: string) => void calls.push(`link ${path}`),
  };
  generate(files, 'out', { guests: ['etc'], nspawn: ['nspawn'] });
  return calls;
}

const good = '[Guest]\nRef=site:debian/12\n';
const ofUsual = (name: string) => [
  `write out/systemd-nspawn@${name}.service.d/50-guest.conf`,
  `link out/multi-user.target.wants/ostree-guest-image@${name}.service`,
];

test('a usual guest is read once, and one drop-in and one link are written before the next is read', () => {
  expect(inMemory({ 'etc/a.guest': good, 'etc/b.guest': good })).toEqual([
    'list etc',
    'list nspawn',
    'read etc/a.guest',
    ...ofUsual('a'),
    'read etc/b.guest',
    ...ofUsual('b'),
  ]);
});

test('drop-ins for all guests are read once', () => {
  const texts = {
    'etc/a.guest': good,
    'etc/b.guest': good,
    'etc/b.guest.d/2.conf': '[Guest]\nDescription=B\n',
    'etc/guest.d/1.conf': '[Exec]\nTimezone=off\n',
    'etc/guest.d/2.conf': '[Exec]\nTimezone=copy\n',
  };
  expect(inMemory(texts)).toEqual([
    'list etc',
    'list nspawn',
    'read etc/a.guest',
    'list etc/guest.d',
    'read etc/guest.d/1.conf',
    'read etc/guest.d/2.conf',
    ...ofUsual('a'),
    'read etc/b.guest',
    'list etc/b.guest.d',
    'read etc/b.guest.d/2.conf',
    ...ofUsual('b'),
  ]);
});

test('the hostname is read where it is asked for, once', () => {
  const texts = { 'etc/a.guest': `${good}Description=%H\n`, 'etc/b.guest': `${good}Description=%H %H\n` };
  const reads = inMemory(texts).filter((call) => call.startsWith('read'));
  expect(reads).toEqual(['read etc/a.guest', 'read /proc/sys/kernel/hostname', 'read etc/b.guest']);
});
