import { apt } from './apt.ts';
import { dnf, rpmOstree } from './rpm.ts';
import type { Manager } from './script.ts';

/** Those that a tree may have; of more than one, the first is asked. */
export const managers: readonly Manager[] = [apt, dnf('dnf5'), dnf('dnf'), rpmOstree];
