// The sandboxes of the steps that work on a guest's sysroot.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { settingsOf as confinedSettings, emptyRoot } from '../../src/host/confined.ts';
import { deploySandbox } from '../../src/ostree/deploy-service.ts';

/** The settings of [Service], in order. */
const settingsOf = (template: string) =>
  readFileSync(`units/${template}`, 'utf8')
    .replace(/^.*\[Service\]\n/s, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);

test('what may freeze a file system by its capability may not by its system calls', () => {
  const settings = deploySandbox('/usr/lib/ostree-guests');
  const calls = settings.filter(([key]) => key === 'SystemCallFilter').map(([, value]) => value);
  expect(calls).toEqual(['@system-service', '~ioctl quotactl']);
  const boot = settingsOf('ostree-guest-boot@.service').filter(([key]) => key === 'CapabilityBoundingSet');
  expect(boot.join()).not.toContain('CAP_SYS_ADMIN');
});

test('where OSTree deploys there are no programs but itself, sh, and the stand-in for bubblewrap', () => {
  const paths = deploySandbox('/lib-of-ours')
    .filter(([key]) => /^Bind/.test(key))
    .flatMap(([, value]) => value.split(' '));
  expect(paths.filter((path) => path.includes('bin'))).toEqual([
    '/bin/sh',
    '/usr/bin/ostree',
    '/lib-of-ours/bwrap:/usr/bin/bwrap',
  ]);
});

test('a confined command and the service that deploys have one and the same empty root directory', () => {
  const confined = confinedSettings({ name: 'a', writable: [], timeLimit: '1s' }, []);
  expect(confined.slice(0, emptyRoot.length)).toEqual(emptyRoot);
  expect(deploySandbox('/lib-of-ours').slice(0, emptyRoot.length)).toEqual(emptyRoot);
});

/** Says whether the program of a step includes a file of src/. */
async function includes(step: string, file: string): Promise<boolean> {
  const { metafile } = await build({
    entryPoints: [`src/steps/${step}/main.ts`],
    bundle: true,
    platform: 'node',
    write: false,
    metafile: true,
    outdir: 'none',
  });
  return Object.values(metafile.outputs).some(({ inputs }) => inputs[file] !== undefined);
}

test('steps that remove trees may clear the flags of immutable files', async () => {
  const unitOf = (step: string) => `ostree-guest-${step}@.service`;
  const steps = readdirSync('src/steps').filter(
    (step) => existsSync(`src/steps/${step}/main.ts`) && existsSync(`units/${unitOf(step)}`),
  );
  const removing: string[] = [];
  for (const step of steps) if (await includes(step, 'src/host/tree-removal.ts')) removing.push(step);
  expect(removing).toContain('update');
  for (const step of removing) {
    const kept = settingsOf(unitOf(step)).find(([key]) => key === 'CapabilityBoundingSet')?.[1];
    expect(kept?.split(' '), step).toContain('CAP_LINUX_IMMUTABLE');
  }
});
