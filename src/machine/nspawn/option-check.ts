import { containerOf } from '../../config/container.ts';
import type { Guest } from '../../config/guest.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import { type Setting, Values } from '../../config/values.ts';
import { guestVocabulary, isNspawnSection } from '../../config/vocabulary.ts';
import { guestOptions } from '../../generator/nspawn/guest-options.ts';
import { endingWords, run } from '../../host/process.ts';
import { remembered } from '../../host/remembered.ts';

/**
 * Asks the host's own systemd-nspawn: with --help at the end it reads all options, and starts nothing. It exits with 1 at the
 * first wrong one [T 252, 257, 262]. Guests with default options are skipped.
 */
export async function nspawnOptions(guest: Guest): Promise<Problem[]> {
  const ofContainer = guest.values.settings.filter(({ section }) => isNspawnSection(section));
  const says = ofContainer.length > 0 ? await complaint(askedOptions(guest)) : undefined;
  if (says === undefined) return [];
  const found = (await Promise.all(ofContainer.map(ofSetting))).flat();
  return found.length > 0 ? found : [{ at: topOf(guest.file), message: `systemd-nspawn says: ${says}` }];
}

/**
 * Returns the options without init parameters, and without credentials, which nspawn has only in the guest's unit. The name of
 * the guest is left out: so guests with the same settings are asked about once.
 */
function askedOptions(guest: Guest): string[] {
  const options = guestOptions(guest);
  const end = options.indexOf('--');
  return options
    .slice(0, end < 0 ? undefined : end)
    .filter((option) => !option.startsWith('--load-credential='))
    .map((option) =>
      option.replaceAll(`/${guest.name}/`, '/guest/').replace(/^--machine=.*/, '--machine=guest'),
    );
}

/** Asks nspawn about one setting. */
async function ofSetting(setting: Setting): Promise<Problem[]> {
  const { options, networkOptions } = containerOf(new Values([setting]));
  const says = await complaint([...options, ...networkOptions]);
  if (says === undefined) return [];
  const key = guestVocabulary.find(setting.section, setting.key);
  const option = /unrecognized option '(--[\w-]+)/.exec(says)?.[1];
  if (option === undefined) return [{ at: setting.at, message: `systemd-nspawn says: ${says}` }];
  const message = `systemd-nspawn on this host has no ${option}`;
  const since = key?.nspawn?.since;
  return [{ at: setting.at, message, ...(since && { remedy: `It is new in systemd ${since}` }) }];
}

/** Returns nspawn's first complaint about options. */
const complaint = remembered(async (options: readonly string[]): Promise<string | undefined> => {
  const finished = await run('systemd-nspawn', [...options, '--help'], { forPeople: true });
  if (finished.exitCode === 0) return undefined;
  return finished.stderr.trim().split('\n')[0] || endingWords(finished);
});
