// The sandboxes of the steps that work on a guest's sysroot, in units/ and where a guest is adopted.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deployingSandbox } from '../../src/adopt/sandbox.ts';

/** The settings of [Service], in order. */
const settingsOf = (template: string) =>
  readFileSync(`units/${template}`, 'utf8')
    .replace(/^.*\[Service\]\n/s, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);

const boot = settingsOf('ostree-guest-boot@.service');
const ofItsRun =
  /^(Type|ExecStart|SyslogIdentifier|UnsetEnvironment|(State|Runtime)Directory.*|TimeoutStartSec|NotifyAccess)$/;
const sandboxOf = (settings: typeof boot) => settings.filter(([key]) => !ofItsRun.test(key));

test('a guest is adopted in the sandbox of the boot step', () => {
  expect(deployingSandbox).toEqual(sandboxOf(boot));
});

test('the update differs from it only in what it needs more', () => {
  const different = (one: typeof boot, other: typeof boot) =>
    one
      .filter(([key, value]) => !other.some((some) => some[0] === key && some[1] === value))
      .map(([key]) => key);
  const [ofUpdate, ofBoot] = [sandboxOf(settingsOf('ostree-guest-update@.service')), sandboxOf(boot)];
  const more = ['TemporaryFileSystem', 'RestrictNamespaces', 'SystemCallFilter', 'CapabilityBoundingSet'];
  expect(different(ofUpdate, ofBoot)).toEqual(more);
  expect(different(ofBoot, ofUpdate).sort()).toEqual([...more, 'BindReadOnlyPaths', 'PrivateNetwork'].sort());
});
