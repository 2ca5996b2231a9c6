// Bundles the generator for QuickJS, which compiles all of a script before it runs any of it, 0.1 ms for each kilobyte. So
// each module that only some guests need is a file of its own, which is compiled when something of it is called. Such a
// module says so itself, in its first line: `// lazy: …`. It may export only functions, or the build fails.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const rooms = ['src/config', 'src/generator'];

/** The modules that begin with the mark. */
async function lazyModules() {
  const listed = await Promise.all(
    rooms.map(async (room) =>
      (await readdir(room, { recursive: true }))
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(room, file)),
    ),
  );
  const files = listed.flat().sort();
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return files.filter((_, index) => texts[index].startsWith('// lazy:'));
}

/** The file that one of them is in. */
const fileOf = (module) => module.slice('src/'.length, -'.ts'.length).replaceAll('/', '-');

const common = {
  bundle: true,
  platform: 'neutral',
  target: 'es2022',
  minify: true,
  logLevel: 'error',
  // Fields are assigned when an object is made, and not also defined: QuickJS takes twice as long for that.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
};

/** Writes generator-qjs.js, and beside it generator-qjs-NAME.js for each lazy module, with the functions that are called. */
export async function bundleForQuickJS(outdir) {
  const exported = await functionsOf(await lazyModules());
  const plugins = [fromFilesOfTheirOwn(exported)];
  const main = await build({
    ...common,
    entryPoints: ['src/generator/quickjs/main.ts'],
    format: 'esm',
    // A block, and not a function expression: QuickJS reads what is in parentheses twice.
    banner: { js: '"use strict";{' },
    footer: { js: '}' },
    plugins,
    write: false,
  });
  const bundle = async (module, names) => {
    const contents = `export { ${[...names].join(', ')} } from './${module}';`;
    const stdin = { contents, resolveDir: process.cwd() };
    return (await build({ ...common, stdin, format: 'esm', plugins, write: false })).outputFiles[0].text;
  };
  const texts = new Map([['generator-qjs', main.outputFiles[0].text]]);
  const called = new Map();
  // What is called in a file that is itself loaded late is known when that file has been bundled.
  for (let fresh = [...texts.values()]; fresh.length > 0; ) {
    const modules = new Set(fresh.flatMap((text) => addCalled(text, exported, called)));
    fresh = await Promise.all([...modules].map((module) => bundle(module, called.get(module))));
    for (const [index, module] of [...modules].entries())
      texts.set(`generator-qjs-${fileOf(module)}`, withValue(fresh[index]));
  }
  await Promise.all([...texts].map(([name, text]) => writeFile(join(outdir, `${name}.js`), text)));
}

/** Adds the functions of other files that a bundle calls; answers the modules of which it calls more than was known. */
function addCalled(text, exported, called) {
  const modules = new Map([...exported.keys()].map((module) => [fileOf(module), module]));
  const more = [];
  for (const [, file, name] of text.matchAll(/\("([\w-]+)","(\w+)"\)/g)) {
    const module = modules.get(file);
    if (!module || !exported.get(module).includes(name) || called.get(module)?.has(name)) continue;
    if (!called.has(module)) called.set(module, new Set());
    called.get(module).add(name);
    more.push(module);
  }
  return more;
}

/** Makes what a module exports the value of a script: what eval() answers. Strict, it declares nothing outside. */
const withValue = (text) =>
  `"use strict";${text.replace(/export\{(.*)\};\s*$/, (_, names) => {
    const members = names.split(',').map((name) => name.split(' as ').toReversed().join(':'));
    return `({${members}})`;
  })}`;

/** The names that each of them exports. Fails if one exports anything but functions: it could not be loaded late. */
export async function functionsOf(modules) {
  const options = { entryPoints: modules, format: 'cjs', outdir: 'none', write: false, metafile: true };
  const { outputFiles, metafile } = await build({ ...common, ...options });
  const textOf = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const exported = new Map();
  const wrong = [];
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    const module = {};
    new Function('module', textOf.get(resolve(path)))(module);
    exported.set(entryPoint, Object.keys(module.exports));
    for (const [name, value] of Object.entries(module.exports)) {
      const what = whyNotLazy(value);
      if (what) wrong.push(`${entryPoint} exports ${name}, which is ${what}`);
    }
  }
  if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${mend}`);
  return exported;
}

const mend =
  'A module that begins with `// lazy:` may export only functions. Export a function that answers it, or move it to another module';

function whyNotLazy(value) {
  if (typeof value !== 'function') return 'not a function';
  // An arrow function that calls it stands in for it.
  if (/^class\b/.test(String(value))) return 'a class, and not a function';
  return undefined;
}

/** In place of each lazy module that another imports, functions that call those of its file. */
const fromFilesOfTheirOwn = (exported) => ({
  name: 'from files of their own',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.ts$/ }, ({ importer, path, resolveDir }) => {
      const module = relative(process.cwd(), resolve(resolveDir, path));
      return importer !== '<stdin>' && exported.has(module) ? { path: module, namespace: 'lazy' } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => {
      const functions = exported
        .get(path)
        .map((name) => `export const ${name} = /* @__PURE__ */ lazy('${fileOf(path)}', '${name}');`);
      return { contents: `import { lazy } from 'lazy';\n${functions.join('\n')}` };
    });
    onResolve({ filter: /^lazy$/ }, () => ({ path: 'lazy', namespace: 'other files' }));
    onLoad({ filter: /.*/, namespace: 'other files' }, () => ({ contents: otherFiles }));
  },
});

/** They are beside the script itself. Where one is not, Node does the work. */
const otherFiles = `
const files = (globalThis.files ??= {});
export const lazy = (file, name) => (...all) => {
  files[file] ??= (0, eval)(std.loadFile(scriptArgs[0].slice(0, -3) + '-' + file + '.js') ?? std.exit(1));
  return files[file][name](...all);
};
`;
