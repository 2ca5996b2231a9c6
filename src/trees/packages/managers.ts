import { apt } from './apt.ts';
import { dnf, rpmOstree } from './rpm.ts';
import type { Manager } from './script.ts';

/** All package managers. If a tree has several, the first is used. */
export const managers: readonly Manager[] = [apt, dnf('dnf5'), dnf('dnf'), rpmOstree];
