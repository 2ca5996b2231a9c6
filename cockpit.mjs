// Bundles the page in Cockpit: what /usr/share/cockpit/ostree-guests has. Files that a browser loads are gzipped, as Cockpit serves them.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const source = 'src/cockpit';

/** PatternFly brings its fonts as files. Cockpit has them, too: one file for each weight. */
const fontsOfCockpit = {
  name: 'fonts of Cockpit',
  setup({ onLoad }) {
    onLoad({ filter: /react-core\/dist\/styles\/base\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

/** Makes the table of a language, as Cockpit loads it with po.js. */
function localeOf(language, file) {
  const words = Object.entries(JSON.parse(readFileSync(file, 'utf8')));
  const about = JSON.stringify({ language, 'language-direction': 'ltr' });
  const table = JSON.stringify(
    Object.fromEntries(words.map(([text, translation]) => [text, [null, translation]])),
  );
  return `cockpit.locale({"": ${about.slice(0, -1)}, "plural-forms": (n) => n != 1}, ${table.slice(1)});\n`;
}

/** Returns the licences of the packages that are in the bundle, with their texts. */
function licencesOf(inputs) {
  const packages = inputs.flatMap((file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(packages)].sort().map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'));
    const file = readdirSync(directory).find((one) => /^licen[cs]e/i.test(one));
    if (!file) throw new Error(`${name} has no file with its licence`);
    return { name, version, license, text: readFileSync(`${directory}/${file}`, 'utf8').trim() };
  });
}

export async function bundleForCockpit(directory) {
  const out = `${directory}/cockpit`;
  // Parts of the script have names that change with their contents.
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
    entryPoints: [`${source}/index.tsx`],
    bundle: true,
    minify: true,
    // A part that the page imports when it is needed is a file of its own.
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [fontsOfCockpit],
    external: ['*.woff2', '*.svg'],
    legalComments: 'none',
    metafile: true,
    outdir: out,
  });
  for (const file of readdirSync(out)) {
    const packed = gzipSync(readFileSync(`${out}/${file}`), { level: 9 });
    writeFileSync(`${out}/${file}.gz`, packed);
    rmSync(`${out}/${file}`);
  }
  const german = localeOf('de', `${source}/words/de.json`);
  // Cockpit asks for one file for the page and for one for the menu.
  for (const file of ['po.de.js', 'po.manifest.de.js']) writeFileSync(`${out}/${file}`, german);
  for (const file of ['index.html', 'manifest.json'])
    copyFileSync(`${source}/static/${file}`, `${out}/${file}`);
  const licences = licencesOf(Object.keys(metafile.inputs));
  const texts = licences.map(
    ({ name, version, license, text }) => `${name} ${version}: ${license}\n\n${text}\n`,
  );
  writeFileSync(`${out}/licenses.txt`, texts.join(`\n${'-'.repeat(72)}\n\n`));
  return licences;
}
