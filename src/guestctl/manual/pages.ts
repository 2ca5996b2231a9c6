import type { Command } from 'commander';
import { buildFilePage } from './build-file.ts';
import { conceptsPage } from './concepts.ts';
import { generatorPage } from './generator.ts';
import { guestFilePage } from './guest-file.ts';
import { guestctlPage } from './guestctl.ts';
import { mirrorFilePage } from './mirror-file.ts';
import type { Page } from './page.ts';

export const pages = (program: Command): Page[] => [
  guestctlPage(program),
  guestFilePage,
  buildFilePage,
  mirrorFilePage,
  conceptsPage,
  generatorPage,
];
