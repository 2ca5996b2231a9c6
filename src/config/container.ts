import type { Machine } from './machine.ts';
import { isMount, mountArgument } from './mounts.ts';
import { isTrue } from './types.ts';
import type { Values } from './values.ts';
import { guestVocabulary, type Key } from './vocabulary.ts';
import { wordsOf } from './words.ts';

/** What [Exec], [Files] and [Network] say. */
export type Container = Pick<Machine, 'options' | 'networkOptions' | 'parameters' | 'network'>;

export function containerOf(values: Values): Container {
  const isOn = (key: string) => isTrue(values.last('Network', key) ?? 'yes');
  const link = isOn('VirtualEthernet') ? 'veth' : 'private';
  const optionsIn = (...sections: readonly string[]) =>
    sections
      .filter((section) => values.has(section))
      .flatMap((section) => guestVocabulary.in(section))
      .flatMap((key) => optionsOf(key, values.all(key.section, key.name)));
  return {
    options: optionsIn('Exec', 'Files'),
    networkOptions: optionsIn('Network'),
    parameters: wordsOf(values.all('Exec', 'Parameters')),
    network: isOn('Private') ? link : 'host',
  };
}

function optionsOf({ name, nspawn }: Key, values: readonly string[]): string[] {
  if (!nspawn?.option || values.length === 0) return [];
  const option = (value: string) => `${nspawn.option}=${value}`;
  switch (nspawn.takes) {
    case 'last':
      return values.slice(-1).map(option);
    case 'each':
      return values.map((value) => option(isMount(name) ? mountArgument(name, value) : value));
    case 'words':
      return wordsOf(values).map(option);
    case 'joined':
      return [option(wordsOf(values).join(','))];
  }
}
