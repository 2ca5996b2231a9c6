import { containerOf } from '../../config/container.ts';
import type { Guest } from '../../config/guest.ts';
import { topOf } from '../../config/positions.ts';
import type { Problem } from '../../config/problem.ts';
import { type Setting, Values } from '../../config/values.ts';
import { guestVocabulary, isNspawnSection } from '../../config/vocabulary.ts';
import { guestOptions } from '../../generator/nspawn/guest-options.ts';
import { fewAtATime } from '../../host/few-at-a-time.ts';
import { endingWords, run } from '../../host/process.ts';
import { remembered } from '../../host/remembered.ts';

/** The number of guests in one run of nspawn. */
const together = 100;

/**
 * Asks the host's own systemd-nspawn: with --help at the end it reads all options, and starts nothing. It exits with 1 at the
 * first wrong one [T 252, 257, 262]. Guests with default options are skipped. Returns the problems of each guest, in the same order.
 */
export async function nspawnOptions(guests: readonly Guest[]): Promise<Problem[][]> {
  const asked = guests.filter((guest) => settingsOf(guest).length > 0);
  const runs = Array.from({ length: Math.ceil(asked.length / together) }, (_, run) =>
    asked.slice(run * together, (run + 1) * together),
  );
  const wrong = new Map((await fewAtATime(runs, wrongAmong)).flat());
  return guests.map((guest) => wrong.get(guest) ?? []);
}

const settingsOf = ({ values }: Guest): Setting[] =>
  values.settings.filter(({ section }) => isNspawnSection(section));

/**
 * Asks about the options of several guests in one run, and about each half of the guests if nspawn refuses: one guest may be wrong,
 * or two may exclude each other, such as two that forward the same port.
 */
async function wrongAmong(guests: readonly Guest[]): Promise<[Guest, Problem[]][]> {
  const says = await complaint(united(guests.map(askedOptions)));
  const [guest, another] = guests;
  if (says === undefined || !guest) return [];
  if (!another) return [[guest, await problemsOf(guest, says)]];
  const half = Math.ceil(guests.length / 2);
  return [...(await wrongAmong(guests.slice(0, half))), ...(await wrongAmong(guests.slice(half)))];
}

/** Returns each option as often as in the list that has it most often: nspawn refuses some that are given twice. */
function united(lists: readonly (readonly string[])[]): string[] {
  const all = new Map<string, string>();
  for (const list of lists)
    for (const [index, option] of list.entries()) {
      const before = list.slice(0, index).filter((other) => other === option).length;
      all.set(`${before} ${option}`, option);
    }
  return [...all.values()];
}

async function problemsOf(guest: Guest, says: string): Promise<Problem[]> {
  const found = (await Promise.all(settingsOf(guest).map(ofSetting))).flat();
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
