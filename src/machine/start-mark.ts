// Tells whether a guest was started while its files were read, however short, and whether somebody has stopped it since. Its unit does
// not tell: systemd forgets one that does not run and that nothing needs, and then shows 0.
import { existsSync, rmSync } from 'node:fs';
import { runtimeOf } from '../config/paths.ts';
import { nodeFiles } from '../host/node-files.ts';

/** Each start removes it: before anything else, src/steps/boot/power-on and the boot step do. */
const markOf = (guest: string): string => `${runtimeOf(guest)}/not-started`;

/**
 * Is there since somebody has stopped the guest, also if it was down already, which systemd notes nowhere. power-on removes it. The boot
 * step that follows does not: a stop may come before it begins.
 */
export const stopMarkOf = (guest: string): string => `${runtimeOf(guest)}/stopped`;

/** From now on, wasStarted() tells whether a start has begun. A start that has begun before is not noticed. */
export const watchForStart = (guest: string): void => nodeFiles.write(markOf(guest), '');

export const wasStarted = (guest: string): boolean => !existsSync(markOf(guest));

export const noteStop = (guest: string): void => nodeFiles.write(stopMarkOf(guest), '');

export const wasStopped = (guest: string): boolean => existsSync(stopMarkOf(guest));

export const noteStart = (guest: string): void => rmSync(markOf(guest), { force: true });
