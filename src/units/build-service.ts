import type { Build } from '../config/build.ts';
import { ownLines } from './own-lines.ts';
import { literal, type Parts } from './unit-text.ts';

/** Completes ostree-guest-build@.service, whose sandbox is the same for all builds. */
export const buildService = (build: Build): Parts => ({
  unit: [`Description=${literal(build.description)}`, ...ownLines(build, 'Unit')],
  service: ownLines(build, 'Service'),
});
