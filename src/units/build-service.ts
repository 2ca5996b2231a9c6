import type { Build } from '../config/build.ts';
import { unitSettings } from '../config/guest.ts';
import { literal, unitText } from './unit-text.ts';

/** Completes ostree-guest-build@.service, whose sandbox is the same for all builds. */
export function buildService(build: Build): string {
  const settings = unitSettings(build, 'Service');
  return unitText([
    [
      'Unit',
      [
        ['Description', literal(build.description)],
        ['SourcePath', build.file],
        ...unitSettings(build, 'Unit'),
      ],
    ],
    ...(settings.length > 0 ? [['Service', settings] as const] : []),
  ]);
}
