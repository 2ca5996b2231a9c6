// What an edit of a guest, build or mirror file changes, and what is to be done then.
import type { Guest } from '../config/guest.ts';
import { unlessForbidden } from '../host/is-root.ts';
import { buildUnit, mirrorUnit } from '../host/systemctl.ts';
import { isRunning } from '../machine/guest-state.ts';
import { listDeployments } from '../ostree/deployments.ts';
import { type AnyChecked, type Declaration, loadDeclaration, unitsOfDeclaration } from './declaration.ts';
import { withPlanned } from './planned-files.ts';
import { UnappliedReader } from './read-unapplied.ts';
import type { Edited, EditNeeds } from './screens/edited.ts';
import { afterEdit } from './screens/wording.ts';
import { unappliedBetween } from './unapplied.ts';
import { unitChanges } from './unit-changes.ts';

interface NewText {
  readonly after: string;
  /** False if the file has this text already. */
  readonly isChanged: boolean;
}

/** Compares a declaration with what it is if its file has this text, which has no mistakes. Its drop-ins count, too. */
export async function planEdit(
  declaration: Declaration,
  before: AnyChecked | undefined,
  { after, isChanged }: NewText,
): Promise<Edited> {
  const { name, file } = declaration;
  const planned = withPlanned(new Map([[file, after]]));
  const checked = isChanged ? loadDeclaration(planned, declaration) : before;
  const guest = guestIn(checked);
  const needs = guest ? await needsOf(guestIn(before), guest) : noNeeds;
  const units = (one: AnyChecked | undefined) => unitsOfDeclaration(declaration, one);
  return {
    name,
    file,
    isChanged,
    units: unitChanges(units(before), units(checked)),
    needs,
    next: nextStep(declaration, needs),
  };
}

const guestIn = (checked: AnyChecked | undefined): Guest | undefined =>
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

/** Says what to do so that what is declared follows its new file. */
function nextStep({ kind, name }: Declaration, needs: EditNeeds): string {
  if (kind === 'build') return `Its next run follows it: systemctl start ${buildUnit(name)}`;
  if (kind === 'mirror') return `Its next run follows it: systemctl start ${mirrorUnit(name)}`;
  return needs.create ? `Create the guest: guestctl update ${name}` : afterEdit(name, needs);
}
