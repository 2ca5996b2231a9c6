// Tells whether a guest was started while its files were read, however short. Times of its unit do not tell: systemd forgets a unit
// that does not run and that nothing needs, and then shows 0.
import { existsSync, rmSync } from 'node:fs';
import { runtimeOf } from '../config/paths.ts';
import { nodeFiles } from '../host/node-files.ts';

/** Each start removes it: before anything else, src/steps/boot/power-on and the boot step do. */
const markOf = (guest: string): string => `${runtimeOf(guest)}/not-started`;

/** From now on, wasStarted() tells whether a start has begun. A start that has begun before is not noticed. */
export const watchForStart = (guest: string): void => nodeFiles.write(markOf(guest), '');

export const wasStarted = (guest: string): boolean => !existsSync(markOf(guest));

export const noteStart = (guest: string): void => rmSync(markOf(guest), { force: true });
