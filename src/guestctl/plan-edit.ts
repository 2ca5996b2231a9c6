// What an edit of a guest file changes, and what the guest needs then.
import type { Checked, Guest } from '../config/guest.ts';
import { loadGuest } from '../config/load.ts';
import { guestFileOf } from '../config/paths.ts';
import { unitsOf } from '../generator/guest-units.ts';
import { unlessForbidden } from '../host/is-root.ts';
import { isRunning } from '../machine/guest-state.ts';
import { listDeployments } from '../ostree/deployments.ts';
import { withPlanned } from './planned-files.ts';
import { UnappliedReader } from './read-unapplied.ts';
import type { Edited, EditNeeds } from './screens/edited.ts';
import { afterEdit } from './screens/wording.ts';
import { unappliedBetween } from './unapplied.ts';
import { unitChanges } from './unit-changes.ts';

interface NewText {
  readonly after: string;
  /** False if the guest file has this text already. */
  readonly isChanged: boolean;
}

/** Compares a guest with what it is if its file has this text, which has no mistakes. Its drop-ins count, too. */
export async function planEdit(
  name: string,
  before: Checked | undefined,
  { after, isChanged }: NewText,
): Promise<Edited> {
  const file = guestFileOf(name);
  const checked = isChanged ? loadGuest(withPlanned(new Map([[file, after]])), name) : before;
  const guest = wholeOf(checked);
  const needs = guest ? await needsOf(wholeOf(before), guest) : noNeeds;
  return {
    name,
    file,
    isChanged,
    units: unitChanges(before ? unitsOf(before) : [], checked ? unitsOf(checked) : []),
    needs,
    next: nextStep(name, needs),
  };
}

const wholeOf = (checked: Checked | undefined): Guest | undefined =>
  checked && 'guest' in checked ? checked.guest : undefined;

const noNeeds: EditNeeds = { create: false, update: false, reboot: false };

/** Without root, only what the files say is known. */
async function needsOf(before: Guest | undefined, guest: Guest): Promise<EditNeeds> {
  if (unlessForbidden(() => listDeployments(guest.sysroot).length === 0)) return { ...noNeeds, create: true };
  const isUp = await isRunning(guest.name);
  const now = unlessForbidden(() => new UnappliedReader().of(guest, isUp));
  const found = [unappliedBetween(before, guest), ...(now ? [now] : [])];
  return {
    create: false,
    update: found.some(({ update }) => update),
    reboot: isUp && found.some(({ reboot }) => reboot),
  };
}

/** Says what to do so that the guest follows its new file. */
const nextStep = (name: string, needs: EditNeeds): string =>
  needs.create ? `Create the guest: guestctl update ${name}` : afterEdit(name, needs);
