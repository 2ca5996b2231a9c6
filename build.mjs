// Bundles each entry point into one CommonJS file: it starts 3-7 ms sooner than ESM, and needs no node_modules.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const common = {
  define: { VERSION: JSON.stringify(version) },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
};

await build({
  ...common,
  entryPoints: {
    guestctl: 'src/cli/main.ts',
    generator: 'src/generate/main.ts',
    update: 'src/update/main.ts',
    boot: 'src/boot/main.ts',
  },
  outdir: 'dist',
});
await build({
  ...common,
  entryPoints: [
    { in: 'test/host/demo.ts', out: 'demo' },
    { in: 'src/manual/main.ts', out: 'manual' },
  ],
  outdir: 'build',
});
writeFileSync('dist/ostree-guests.guest.5', execFileSync(process.execPath, ['build/manual.cjs']));
