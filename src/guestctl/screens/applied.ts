import type { Applied, AppliedGuest } from '../apply/apply.ts';

const isChanged = ({ files, reloads, guests }: Applied): boolean =>
  reloads ||
  files.some(({ change }) => change !== 'unchanged') ||
  guests.some(({ actions }) => actions.length > 0);

const done = { create: 'created', update: 'updated', restart: 'restarted' } as const;
const planned = { create: 'create', update: 'update', restart: 'restart' } as const;

/** Says what was done, or with --dry-run what would be done. */
export function appliedText(applied: Applied, dryRun: boolean): string {
  if (!isChanged(applied)) return 'unchanged';
  const files = applied.files
    .filter(({ change }) => change !== 'unchanged')
    .map(({ path, change }) => `${path}: ${dryRun ? `would be ${change}` : change}`);
  const guests = applied.guests
    .filter(({ actions }) => actions.length > 0)
    .map((guest) => `${guest.name}: ${guestWords(guest, dryRun)}`);
  const units =
    applied.reloads && files.length === 0 ? [`units: ${dryRun ? 'would be reloaded' : 'reloaded'}`] : [];
  return [...files, ...units, ...guests].join('\n');
}

function guestWords({ name, actions, failure }: AppliedGuest, dryRun: boolean): string {
  if (dryRun) return `would ${actions.map((action) => planned[action]).join(' and ')}`;
  if (failure !== undefined) return `FAILED to ${actions.map((action) => planned[action]).join(' and ')}`;
  const hint = actions.includes('create')
    ? `. Start it, also with the host: guestctl enable --now ${name}`
    : '';
  return actions.map((action) => done[action]).join(' and ') + hint;
}

/** Returns the form for scripts. */
export const appliedJson = (applied: Applied) => ({
  changed: isChanged(applied),
  files: applied.files.map(({ path, change }) => ({ path, change })),
  reloaded: applied.reloads,
  guests: applied.guests.map(({ name, actions, failure }) => ({ name, actions, failure: failure ?? null })),
});
