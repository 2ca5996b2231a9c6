// Before any host test: the trees are there, the product is installed for hosts, old runs are cleaned up.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../src/host/failure.ts';
import { checkout } from './paths.ts';
import { installProduct } from './product.ts';
import { quickNode } from './quick-node.ts';
import { say } from './say.ts';
import { buildTrees } from './trees.ts';
import { makeWorkDirectory, removeStaleWorkDirectories, removeWorkDirectory } from './workdir.ts';

export default async function setup(): Promise<() => void> {
  if (process.getuid?.() !== 0) {
    throw new Failure('Host tests boot a real host and need root. The others do not: npm run test:unit');
  }
  removeStaleWorkDirectories();
  // Read by deployHost, in the processes that run the test files. Empty for the Node of the host's tree.
  process.env['OSTREE_GUESTS_TEST_NODE'] ??= quickNode();
  const { repo } = await buildTrees();
  const work = makeWorkDirectory('product');
  if (existsSync(join(checkout(), 'dist'))) {
    // Read by bootHost, in the processes that run the test files.
    Object.assign(process.env, {
      OSTREE_GUESTS_TEST_PRODUCT: await installProduct(join(work, 'root'), repo),
    });
  } else {
    say('dist/ is missing: hosts are booted without the product ("npm run build" makes it)');
  }
  return () => removeWorkDirectory(work);
}
