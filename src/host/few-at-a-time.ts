/** How many programs of the host run side by side for one command. */
const few = 8;

/** Maps all items, but works on only a few of them at the same time: each may start programs. Keeps their order. */
export async function fewAtATime<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(few, items.length) }, worker));
  return results;
}
