// Updates of the guests' tree that go wrong, each in its own way.
import type { Changes } from './mirror.ts';

const unitDirectory = '/usr/lib/systemd/system';
const wantedBy = (unit: string, more = '') => ({
  [`${unitDirectory}/multi-user.target.d/${unit}.conf`]: `[Unit]\nWants=${unit}\n${more}`,
});

/** What the health check of the tests looks for. */
const healthy = { '/usr/share/healthy': 'yes\n' };

export const healthCheck = `sh -c 'file=/usr/share/healthy; test -e $file'`;

export const faults = {
  'is good': { files: healthy },
  'has a service that fails': {
    files: {
      ...healthy,
      ...wantedBy('bad.service'),
      [`${unitDirectory}/bad.service`]: '[Service]\nType=oneshot\nExecStart=false\n',
    },
  },
  'hangs while it boots': {
    files: {
      ...healthy,
      ...wantedBy('slow.service', 'After=slow.service\n'),
      [`${unitDirectory}/slow.service`]:
        '[Service]\nType=oneshot\nExecStart=sleep infinity\nTimeoutStartSec=infinity\n',
    },
  },
  panics: {
    files: { ...healthy, '/usr/lib/systemd/systemd': { content: '#!/bin/sh\nexit 1\n', mode: 0o755 } },
  },
  'boots and fails its health check': {},
} as const satisfies Record<string, Changes>;

export type Fault = keyof typeof faults;
