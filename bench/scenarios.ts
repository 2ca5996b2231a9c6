// All scenarios, in the order of docs/performance.md.
import { hostBoot } from './boot.ts';
import { commands } from './commands.ts';
import { copies } from './copies.ts';
import { disk } from './disk.ts';
import { generators } from './generators.ts';
import { overHttp } from './http.ts';
import { images } from './images.ts';
import { neighbour } from './neighbour.ts';
import { nights } from './nights.ts';
import { packages } from './packages.ts';
import { queue } from './queue.ts';
import type { Scenario } from './scenario.ts';
import { starts } from './starts.ts';
import { updates } from './updates.ts';

export const scenarios: readonly Scenario[] = [
  generators,
  hostBoot,
  updates,
  overHttp,
  images,
  nights,
  queue,
  neighbour,
  starts,
  copies,
  packages,
  disk,
  commands,
];
