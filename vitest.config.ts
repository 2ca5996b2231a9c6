import { defineConfig } from 'vitest/config';
import { FileTimes } from './test/file-times.ts';

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
          name: 'host',
          include: ['test/host/**/*.test.ts'],
          globalSetup: ['test/host/setup.ts'],
          // Each file boots a host of its own. A third uses the cores while the others wait for something.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          // Only a test that hangs takes as long, however busy the machine is.
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        test: {
          // Not in `npm test`: each boots several hosts, and takes minutes.
          name: 'site',
          include: ['test/site/**/*.test.ts'],
          globalSetup: ['test/host/setup.ts'],
          sequence: { groupOrder: 3 },
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        test: {
          // Not in `npm test`, which is to take less than 20 minutes: minutes per file.
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          globalSetup: ['test/host/setup.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 4 },
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        test: {
          // Not in `npm test`: its host tree has a browser, which takes minutes to install on a fresh machine.
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/host/setup.ts'],
          sequence: { groupOrder: 2 },
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
