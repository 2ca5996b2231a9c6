// Bundles the generator for QuickJS, which compiles all of a script before it runs any of it, 0.1 ms for each kilobyte. So
// what most guests do without is in a second file, which is compiled when something of it is called.
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

/** Modules that are called for some guests only. All that others import of them is functions. */
const seldom = [
  'src/qjs-bytes.ts',
  'src/qjs-error.ts',
  'src/config/check.ts',
  'src/config/details.ts',
  'src/config/hostname.ts',
  'src/config/parser.ts',
  'src/config/place.ts',
  'src/config/problem.ts',
  'src/config/sources.ts',
  'src/config/together.ts',
  'src/config/unreadable.ts',
  'src/generate/builds.ts',
  'src/generate/further-units.ts',
  'src/units/maintenance-service.ts',
  'src/units/nspawn-own.ts',
];

const common = {
  ...{ bundle: true, platform: 'neutral', target: 'es2022', minify: true, logLevel: 'error' },
  // Fields are assigned when an object is made, and not also defined: QuickJS takes twice as long for that.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
};

/** Writes generator-qjs.js, and beside it generator-qjs-seldom.js. */
export async function bundleForQuickJS(outdir) {
  await build({
    ...common,
    entryPoints: { 'generator-qjs': 'src/generate/qjs-main.ts' },
    // A block, and not a function expression: QuickJS reads what is in parentheses twice.
    ...{ format: 'esm', banner: { js: '"use strict";{' }, footer: { js: '}' } },
    plugins: [fromSecondFile(await seldomExports())],
    outdir,
  });
  await build({
    ...common,
    stdin: {
      contents: seldom.map((file) => `export * from './${file}';`).join('\n'),
      resolveDir: process.cwd(),
    },
    // What its evaluation answers.
    ...{ format: 'iife', globalName: 'seldom', footer: { js: 'seldom' } },
    outfile: join(outdir, 'generator-qjs-seldom.js'),
  });
}

/** What each of them exports. */
async function seldomExports() {
  const options = { entryPoints: seldom, format: 'esm', write: false, outdir: 'none', metafile: true };
  const { metafile } = await build({ ...common, ...options });
  return new Map(Object.values(metafile.outputs).map(({ entryPoint, exports }) => [entryPoint, exports]));
}

/** In place of each of these modules, functions that call those of the second file. */
const fromSecondFile = (exported) => ({
  name: 'from a second file',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
      const file = relative(process.cwd(), resolve(resolveDir, path));
      return exported.has(file) ? { path: file, namespace: 'seldom' } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'seldom' }, ({ path }) => {
      const functions = exported
        .get(path)
        .map((name) => `export function ${name}() { return seldom('${name}', arguments); }`);
      return { contents: `import { seldom } from 'second file';\n${functions.join('\n')}` };
    });
    onResolve({ filter: /^second file$/ }, () => ({ path: 'second file', namespace: 'second file' }));
    onLoad({ filter: /.*/, namespace: 'second file' }, () => ({ contents: secondFile }));
  },
});

/** Beside the script itself. */
const secondFile = `
let made;
export function seldom(name, all) {
  made ??= (0, eval)(std.loadFile(scriptArgs[0].replace('.js', '-seldom.js')));
  return made[name](...all);
}
`;
