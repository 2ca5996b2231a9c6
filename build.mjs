// Bundles each entry point into one CommonJS file: it starts 3-7 ms sooner than ESM, and needs no node_modules. execa
// is a file beside them, because Node compiles all of a file before it runs any of it, and many start no program.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { bundleForCockpit } from './cockpit.mjs';
import { bundleForQuickJS } from './quickjs.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const execaBeside = {
  name: 'execa is beside',
  setup({ onResolve }) {
    onResolve({ filter: /^execa$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './execa.cjs', external: true } : undefined,
    );
  },
};
/** Leaves out what a package imports of Node's for a use that we make none of: Node compiles it at each start. */
const without = (modules, packages) => ({
  name: 'without',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: modules }, ({ importer }) =>
      packages.test(importer) ? { path: 'nothing', namespace: 'none' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: '' }));
  },
});
/** commander starts programs only for commands that are programs of their own. We have none. */
const commanderStartsNothing = without(/^node:child_process$/, /\/node_modules\/commander\//);
/** execa's messages between Node processes, its colours of what it is told to print, and its synchronous ways. */
const execaOnlyRuns = without(/^node:(v8|tty)$|\/main-sync\.js$/, /\/node_modules\/(execa|yoctocolors)\//);
/** execa has Node make its three standard streams, process.stdin alone for 6 ms, in case that one is handed to a program. */
const execaMakesNoStreams = {
  name: 'execa makes no streams',
  setup({ onLoad }) {
    onLoad({ filter: /\/execa\/lib\/utils\/standard-stream\.js$/ }, ({ path }) => {
      const made = '[process.stdin, process.stdout, process.stderr]';
      const text = readFileSync(path, 'utf8');
      if (!text.includes(made)) throw new Error(`${path} is no longer as we know it`);
      const asked = `Object.defineProperties([], ['stdin', 'stdout', 'stderr'].map((name) => ({ get: () => process[name] })))`;
      return { contents: text.replace(made, asked) };
    });
  },
};
const common = {
  define: { VERSION: JSON.stringify(version) },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  plugins: [execaBeside],
  // Makes require() of import(), which would have Node load all that ES modules take.
  supported: { 'dynamic-import': false },
};

// What is no longer built must not be installed.
rmSync('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: ['execa'],
  plugins: [execaOnlyRuns, execaMakesNoStreams],
  outdir: 'dist',
});
await build({
  ...common,
  entryPoints: {
    generator: 'src/generator/main.ts',
    update: 'src/steps/update/main.ts',
    link: 'src/trees/linking/main.ts',
    build: 'src/steps/build/main.ts',
    publish: 'src/steps/publish/main.ts',
    mirror: 'src/steps/mirror/main.ts',
    treework: 'src/trees/treework/main.ts',
    boot: 'src/steps/boot/main.ts',
    credentials: 'src/steps/boot/credentials-main.ts',
    switch: 'src/steps/switch/main.ts',
    assess: 'src/steps/assess/main.ts',
    lock: 'src/steps/lock/main.ts',
    adopt: 'src/steps/adopt/main.ts',
    transfer: 'src/guestctl/transfer/main.ts',
    metrics: 'src/guestctl/metrics/main.ts',
    rehearse: 'src/steps/rehearse/main.ts',
    rehearsal: 'src/steps/rehearse/rehearsal-main.ts',
  },
  outdir: 'dist',
});
const scripts = [
  'steps/boot/power-on',
  'steps/update/ask-first',
  'steps/update/make-place',
  'machine/note-memory',
  'machine/nspawn/clear-left-over',
  'machine/nspawn/run-guest',
  'machine/nspawn/name-servers',
  'machine/nspawn/start-networkd',
  'machine/nspawn/forward-port',
  'ostree/bwrap',
];
for (const script of scripts) copyFileSync(`src/${script}`, `dist/${script.replace(/.*\//, '')}`);
chmodSync('dist/bwrap', 0o755);
// The generator once more.
await bundleForQuickJS('dist');
await build({
  ...common,
  entryPoints: { guestctl: 'src/guestctl/main.ts' },
  plugins: [execaBeside, commanderStartsNothing],
  // npm links to it; `make install` writes the path of its own Node there.
  banner: { js: '#!/usr/bin/env node' },
  outdir: 'dist',
});
chmodSync('dist/guestctl.cjs', 0o755);
await bundleForCockpit('dist');
await build({
  ...common,
  entryPoints: [
    { in: 'test/host/demo.ts', out: 'demo' },
    { in: 'bench/main.ts', out: 'bench' },
    { in: 'test/vm/main.ts', out: 'vm' },
    { in: 'src/guestctl/manual/main.ts', out: 'manual' },
    { in: 'test/lock-server/main.ts', out: 'lock-server' },
    { in: 'test/campaign/main.ts', out: 'campaign' },
  ],
  plugins: [],
  outdir: 'build',
});
execFileSync(process.execPath, ['build/manual.cjs', 'dist'], { stdio: 'inherit' });
