import { defineConfig } from 'vitest/config';
import { FileTimes } from './test/file-times.ts';

/** For tests on hosts. Only a test that hangs takes as long, however busy the machine is. */
const onHosts = {
  globalSetup: ['test/host/setup.ts'],
  testTimeout: 1_200_000,
  hookTimeout: 1_200_000,
  expect: { poll: { timeout: 120_000 } },
};

export default defineConfig({
  test: {
    reporters: ['default', new FileTimes()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          globalSetup: ['test/unit/setup.ts'],
          // How long the properties take, and building the generator, is the machine's business.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...onHosts,
          name: 'host',
          include: ['test/host/**/*.test.ts'],
          // Each file boots a host of its own. A third uses the cores while the others wait for something.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...onHosts,
          // Not in `npm test`: its host tree has a browser, which takes minutes to install on a fresh machine.
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...onHosts,
          // Not in `npm test`: each boots several hosts, and takes minutes.
          name: 'site',
          include: ['test/site/**/*.test.ts'],
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...onHosts,
          // Not in `npm test`, which is to end within an hour on a slow machine too: minutes per file, or about special guests.
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
