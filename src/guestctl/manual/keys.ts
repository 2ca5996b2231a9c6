import { type Description, type Descriptions, descriptionOf } from '../../config/description.ts';
import type { Key, Vocabulary } from '../../config/vocabulary.ts';
import { entry, heading } from './roff.ts';

/** Formats a section of keys: first those with a description, then the others. */
export function sectionText(
  section: string,
  vocabulary: Vocabulary,
  descriptions: Readonly<Record<string, Descriptions>>,
): string[] {
  const described = Object.entries(descriptions[section] ?? {}).flatMap(([name, written]) => {
    const key = vocabulary.find(section, name);
    return key ? [entry(`${name}=`, keyText(key, descriptionOf(written)))] : [];
  });
  const others = vocabulary.in(section).filter(({ name }) => descriptions[section]?.[name] === undefined);
  return [
    heading(`[${section}] SECTION`),
    ...described,
    ...others.map((key) => entry(`${key.name}=`, onlyText(key))),
  ];
}

/** Describes a key of systemd.nspawn(5) that has one possible value, or none. Its type is `VALUE only` or `not for guests`. */
function onlyText({ type: { noun } }: Key): string {
  const allowed = /^(.*) only$/.exec(noun)?.[1];
  const help = allowed === undefined ? 'Guests cannot have this key.' : `Must be ${allowed}.`;
  return `${help} See systemd.nspawn(5).`;
}

function keyText(key: Key, { help, default: preset, manual, since, repeatable }: Description): string {
  const { noun } = key.type;
  const sentences = [
    help,
    noun === 'text' || help.includes(noun) ? '' : `Takes ${noun}.`,
    repeatable || isList(key) ? 'May be given more than once.' : '',
    preset ? `Default: ${preset}.` : '',
    (since ?? key.nspawn?.since) ? `Since systemd ${since ?? key.nspawn?.since}.` : '',
    manual ? `See ${manual}.` : '',
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

const isList = ({ nspawn }: Key): boolean => nspawn !== undefined && nspawn.takes !== 'last';
