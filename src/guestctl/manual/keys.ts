import { type Description, type Descriptions, descriptionOf } from '../../config/description.ts';
import { isNspawnSection, type Key, type Vocabulary } from '../../config/vocabulary.ts';
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
    ...others.map((key) => entry(`${key.name}=`, keyText(key, only(key)))),
  ];
}

const only = ({ section, type }: Key): Description => ({
  help: type.noun === 'not for guests' ? 'Guests cannot have this key.' : `Guests can have ${type.noun}.`,
  ...(isNspawnSection(section) && { manual: 'systemd.nspawn(5)' }),
});

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
