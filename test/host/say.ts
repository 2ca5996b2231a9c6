/** Progress for the person who waits. On stderr: a demo's output stays its own. */
export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Details that help when a host does not come up: OSTREE_GUESTS_TEST_VERBOSE=1. */
export function detail(message: string): void {
  const { OSTREE_GUESTS_TEST_VERBOSE: verbose } = process.env;
  if (verbose) say(message);
}
