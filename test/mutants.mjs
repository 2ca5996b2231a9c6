// npm run mutants [-- PATH…]: changes the rules in small ways, one at a time, and sees whether a unit test fails for it.
// A change that no test notices survives: it is printed, with its place. Fails if fewer than nine of ten changes of the rules
// (src/**/*rule.ts) or of the state (src/state/) are noticed. No source is written: the tests get the changed text from memory.
// The counts of each file are kept in build/, so that a run which was interrupted goes on where it was, if nothing changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { createVitest } from 'vitest/node';

/** The share of mutants that must be noticed. */
const least = 0.9;

const isRule = (path) => /(^|[/-])rule\.ts$/.test(path);

const listed = (directory) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => `${directory}/${name}`);
const wanted = process.argv.slice(2);
const sources = ['src/steps', 'src/state', 'src/machine']
  .flatMap(listed)
  .filter((path) => path.endsWith('.ts'))
  .filter((path) =>
    wanted.length > 0
      ? wanted.some((part) => path.includes(part))
      : isRule(path) || path.startsWith('src/state/'),
  )
  .sort();
const tests = listed('test/unit').filter((path) => path.endsWith('.test.ts'));

/** The files, of those given, that import a source themselves, and more of it than types. */
function importers(source, files) {
  const name = source.split('/').at(-1);
  const imports = new RegExp(`^import (?!type )[^;]*'(\\.[^']*/${name})'`, 'gm');
  return files.filter((path) =>
    [...readFileSync(path, 'utf8').matchAll(imports)].some(
      ([, found]) => resolve(dirname(path), found) === resolve(source),
    ),
  );
}

/** The tests that import a source, or else what imports it. */
function testsOf(source) {
  const direct = importers(source, tests);
  if (direct.length > 0) return direct;
  const between = importers(
    source,
    listed('src').filter((path) => path.endsWith('.ts')),
  );
  return [...new Set(between.flatMap((path) => importers(path, tests)))];
}

const comparisons = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
};
const methods = { some: 'every', every: 'some' };

/** All changes of a source: where, and what is there instead. */
function mutantsOf(path) {
  const text = readFileSync(path, 'utf8');
  const of = ({ start, end }) => text.slice(start, end);
  const found = [];
  const replace = (node, by) => found.push({ start: node.start, end: node.end, by });
  const change = {
    BinaryExpression(node) {
      const isText = [node.left, node.right].some(
        (side) => /Template|Literal/.test(side.type) && typeof side.value !== 'number',
      );
      if (/[+-]/.test(node.operator) && isText) return;
      for (const operator of comparisons[node.operator] ?? [])
        replace(node, `(${of(node.left)} ${operator} ${of(node.right)})`);
    },
    LogicalExpression(node) {
      replace(node, `(${of(node.left)})`);
      replace(node, `(${of(node.right)})`);
    },
    UnaryExpression(node) {
      if (node.operator === '!') replace(node, `(${of(node.argument)})`);
    },
    IfStatement(node) {
      replace(node.test, `!(${of(node.test)})`);
      if (!node.alternate) replace(node, ';');
    },
    ConditionalExpression: (node) => replace(node.test, `!(${of(node.test)})`),
    ExpressionStatement: (node) => replace(node, ';'),
    ThrowStatement: (node) => replace(node, ';'),
    Literal(node) {
      if (typeof node.value === 'boolean') replace(node, String(!node.value));
      if (typeof node.value === 'number') replace(node, String(node.value + 1));
    },
    CallExpression({ callee, start, end }) {
      if (callee.type !== 'MemberExpression' || callee.computed) return;
      const { name } = callee.property;
      if (Object.hasOwn(methods, name)) replace(callee.property, methods[name]);
      if (name === 'filter' || name === 'slice') found.push({ start, end, by: of(callee.object) });
    },
  };
  const visit = (node) => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    if (typeof node?.type !== 'string') return;
    // Types are gone when it runs.
    const isType = node.type.startsWith('TS') && node.expression === undefined;
    if (isType || node.type === 'ImportDeclaration') return;
    change[node.type]?.(node);
    for (const [key, child] of Object.entries(node)) if (key !== 'typeAnnotation') visit(child);
  };
  visit(parseSync(path, text).program.body);
  return found.map((mutant) => ({
    ...mutant,
    text: text.slice(0, mutant.start) + mutant.by + text.slice(mutant.end),
  }));
}

/** What the tests get instead of a source. */
let changed;
const plugin = {
  name: 'mutants',
  enforce: 'pre',
  load: (id) => (id === changed?.path ? changed.text : undefined),
};
const options = {
  config: false,
  watch: false,
  include: ['test/unit/**/*.test.ts'],
  reporters: [{}],
  bail: 1,
};
const vitest = await createVitest(
  'test',
  { ...options, testTimeout: 60_000, hookTimeout: 60_000 },
  { plugins: [plugin] },
);
const project = vitest.getRootProject();

/** Runs a file of tests; answers whether it passed. */
async function passes(path) {
  const module = project.createSpecification(resolve(path));
  const { testModules } = await vitest.runTestSpecifications([module]);
  // It answers with what it ran before, too.
  return testModules.every((one) => one.moduleId !== resolve(path) || one.ok());
}

/** The tests of a source that pass as it is, the quickest first. */
async function quickest(source) {
  const timed = [];
  for (const path of testsOf(source)) {
    const begin = performance.now();
    if (!(await passes(path))) throw new Error(`${path} fails without any change`);
    timed.push({ path, took: performance.now() - begin });
  }
  return timed.sort((a, b) => a.took - b.took);
}

async function isNoticed(source, { text }, files) {
  const path = resolve(source);
  changed = { path, text };
  vitest.invalidateFile(path);
  try {
    for (const { path: test } of files) if (!(await passes(test))) return true;
    return false;
  } finally {
    changed = undefined;
    vitest.invalidateFile(path);
  }
}

/** Changes a source in each way; answers how many changes were noticed, of how many, and the places of the others. */
async function resultOf(source) {
  const text = readFileSync(source, 'utf8');
  const mutants = mutantsOf(source);
  const survivors = [];
  if (mutants.length > 0) {
    const files = await quickest(source);
    // A source that no test imports has no mutant noticed. What is not changed has to pass on the way that mutants take, or all
    // would be noticed for nothing.
    if (await isNoticed(source, { text }, files)) throw new Error(`${source} is noticed without any change`);
    for (const mutant of mutants) if (!(await isNoticed(source, mutant, files))) survivors.push(mutant);
  }
  const onOneLine = (code) => code.replace(/\s+/g, ' ');
  const places = survivors.map(({ start, end, by }) => {
    const line = text.slice(0, start).split('\n').length;
    return `${source}:${line}: ${onOneLine(text.slice(start, end))}  →  ${onOneLine(by)}`;
  });
  return { noticed: mutants.length - survivors.length, all: mutants.length, places };
}

/** The directory of the results so far: one for each state of all sources and tests. */
function directoryOfResults() {
  const hash = createHash('sha256');
  for (const path of [process.argv[1], ...listed('src'), ...listed('test/unit')].sort())
    if (statSync(path).isFile()) hash.update(path).update(readFileSync(path));
  const directory = `build/mutants/${hash.digest('hex').slice(0, 16)}`;
  mkdirSync(directory, { recursive: true });
  return directory;
}

const results = directoryOfResults();

async function resultSoFar(source) {
  const file = `${results}/${source.replaceAll('/', '_')}.json`;
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const result = await resultOf(source);
  writeFileSync(file, JSON.stringify(result));
  return result;
}

const total = { rules: [0, 0], state: [0, 0], others: [0, 0] };
const partOf = (source) => (isRule(source) ? 'rules' : source.startsWith('src/state/') ? 'state' : 'others');
for (const source of sources) {
  const { noticed, all, places } = await resultSoFar(source);
  if (all === 0) continue;
  console.log(`${source}: ${noticed} of ${all} noticed`);
  for (const place of places) console.log(`  ${place}`);
  const sum = total[partOf(source)];
  sum[0] += noticed;
  sum[1] += all;
}
await vitest.close();
const share = ([noticed, all]) =>
  `${noticed} of ${all} (${all === 0 ? 100 : Math.floor((noticed / all) * 100)} %)`;
console.log(
  `Noticed: rules ${share(total.rules)}, state ${share(total.state)}; others ${share(total.others)}`,
);
const isEnough = ([noticed, all]) => noticed >= all * least;
process.exit(isEnough(total.rules) && isEnough(total.state) ? 0 : 1);
