import { spawnSync } from 'node:child_process';

/** The path of QuickJS; empty if it is not installed. Debian 12 has no package of it. */
export const qjs = spawnSync('sh', ['-c', 'command -v qjs'], { encoding: 'utf8' }).stdout.trim();
