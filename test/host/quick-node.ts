// The Node of test hosts. Debian's is built without a snapshot of its start and without compiled code of its modules, so each
// start takes 75 ms of processor time; that of nodejs.org takes 20 ms. Thousands of starts were a third of `npm test`.

/**
 * The Node that runs the tests, if it works in other systems too: not Debian's, which is in libraries. OSTree hosts of `npm test` run
 * it in place of Debian's; plain hosts, the bench and `npm run test:hosts` have Debian's.
 */
export function quickNode(): string {
  const { variables } = process.config as { variables: Readonly<Record<string, unknown>> };
  const isShared = Object.entries(variables).some(([name, value]) => /^node_shared/.test(name) && value);
  return isShared ? '' : process.execPath;
}
