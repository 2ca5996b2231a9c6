// Says so where the generator is not tested on QuickJS, the engine that it runs on in production.
import { spawnSync } from 'node:child_process';
import { qjs } from './qjs.ts';

export default function setup(): (() => void) | undefined {
  if (qjs) return undefined;
  const isPackaged =
    (spawnSync('apt-cache', ['madison', 'quickjs'], { encoding: 'utf8' }).stdout ?? '') !== '';
  const how = isPackaged
    ? 'Install it: apt-get install quickjs'
    : 'This system has no package of it (Debian 12 has none). The host tests still run the generator on it';
  const message = `QuickJS NOT TESTED: qjs is missing, so the unit tests ran the generator on Node only. ${how}`;
  if (isPackaged && process.env['CI']) throw new Error(message);
  // After the results, where it is not overlooked.
  return () => console.error(`\n${message}.\n`);
}
