// Bundles the generator for QuickJS, which compiles all of a script before it runs any of it, 0.1 ms for each kilobyte. So
// what most guests do without is in files of its own, each of which is compiled when something of it is called.
import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

/** Modules that are called for some guests only. All that others import of them is functions. */
const seldom = [
  'src/generator/quickjs/bytes.ts',
  'src/generator/quickjs/error.ts',
  'src/config/build.ts',
  'src/config/check.ts',
  'src/config/container.ts',
  'src/config/hostname.ts',
  'src/config/machine.ts',
  'src/config/self-managed-rules.ts',
  'src/config/origin.ts',
  'src/config/packages.ts',
  'src/config/parser.ts',
  'src/config/positions.ts',
  'src/config/policy.ts',
  'src/config/problem.ts',
  'src/config/quantity.ts',
  'src/config/drop-ins.ts',
  'src/config/cross-key-rules.ts',
  'src/config/unit-type.ts',
  'src/config/unknown-keys.ts',
  'src/config/unreadable.ts',
  'src/config/split-words.ts',
  'src/generator/build-units.ts',
  'src/generator/further-units.ts',
  'src/generator/units/broken-service.ts',
  'src/generator/units/exec-word.ts',
  'src/generator/units/maintenance-service.ts',
  'src/generator/units/nspawn-guest-options.ts',
];

/** The file that one of them is in. */
const fileOf = (module) => module.slice('src/'.length, -'.ts'.length).replaceAll('/', '-');

const common = {
  ...{ bundle: true, platform: 'neutral', target: 'es2022', minify: true, logLevel: 'error' },
  // Fields are assigned when an object is made, and not also defined: QuickJS takes twice as long for that.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
};

/** Writes generator-qjs.js, and beside it generator-qjs-NAME.js for each of these modules. */
export async function bundleForQuickJS(outdir) {
  const exported = await seldomExports();
  const main = build({
    ...common,
    entryPoints: { 'generator-qjs': 'src/generator/quickjs/main.ts' },
    // A block, and not a function expression: QuickJS reads what is in parentheses twice.
    ...{ format: 'esm', banner: { js: '"use strict";{' }, footer: { js: '}' } },
    plugins: [fromFilesOfTheirOwn(exported)],
    outdir,
  });
  const others = seldom.map(async (module) => {
    const plugins = [fromFilesOfTheirOwn(exported)];
    const options = { ...common, entryPoints: [module], format: 'esm', plugins, write: false };
    const [{ text }] = (await build(options)).outputFiles;
    await writeFile(join(outdir, `generator-qjs-${fileOf(module)}.js`), withValue(text));
  });
  await Promise.all([main, ...others]);
}

/** Makes what a module exports the value of a script: what eval() answers. Strict, it declares nothing outside. */
const withValue = (text) =>
  `"use strict";${text.replace(/export\{(.*)\};\s*$/, (_, names) => {
    const members = names.split(',').map((name) => name.split(' as ').toReversed().join(':'));
    return `({${members}})`;
  })}`;

/** What each of them exports. */
async function seldomExports() {
  const options = { entryPoints: seldom, format: 'esm', write: false, outdir: 'none', metafile: true };
  const { metafile } = await build({ ...common, ...options });
  return new Map(Object.values(metafile.outputs).map(({ entryPoint, exports }) => [entryPoint, exports]));
}

/** In place of each of these modules that another imports, functions that call those of its file. */
const fromFilesOfTheirOwn = (exported) => ({
  name: 'from files of their own',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.ts$/ }, ({ kind, path, resolveDir }) => {
      const module = relative(process.cwd(), resolve(resolveDir, path));
      return kind !== 'entry-point' && exported.has(module)
        ? { path: module, namespace: 'seldom' }
        : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'seldom' }, ({ path }) => {
      const functions = exported
        .get(path)
        .map((name) => `export const ${name} = /* @__PURE__ */ seldom('${fileOf(path)}', '${name}');`);
      return { contents: `import { seldom } from 'seldom';\n${functions.join('\n')}` };
    });
    onResolve({ filter: /^seldom$/ }, () => ({ path: 'seldom', namespace: 'other files' }));
    onLoad({ filter: /.*/, namespace: 'other files' }, () => ({ contents: otherFiles }));
  },
});

/** They are beside the script itself. Where one is not, Node does the work. */
const otherFiles = `
const files = (globalThis.files ??= {});
export const seldom = (file, name) => (...all) => {
  files[file] ??= (0, eval)(std.loadFile(scriptArgs[0].slice(0, -3) + '-' + file + '.js') ?? std.exit(1));
  return files[file][name](...all);
};
`;
