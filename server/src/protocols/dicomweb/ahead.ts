/**
 * Opens things a few ahead of whoever takes them, in order, so that opening the next overlaps with sending this one; never more than
 * `count` are open and not yet taken. What was opened and not taken is released at the end, also at an early one.
 */
export async function* openAhead<T, U>(
  source: AsyncIterable<T> | Iterable<T>,
  open: (item: T) => Promise<U>,
  release: (opened: U) => void,
  count: number,
): AsyncGenerator<U, void, void> {
  const waiting: Promise<U>[] = [];
  const iterator = (async function* () {
    yield* source;
  })();
  let ended = false;
  const fill = async () => {
    while (!ended && waiting.length < count) {
      const next = await iterator.next();
      if (next.done) ended = true;
      else {
        const opening = open(next.value);
        // Its error is seen when its turn comes.
        opening.catch(() => {});
        waiting.push(opening);
      }
    }
  };
  try {
    await fill();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      yield await next;
      await fill();
    }
  } finally {
    for (const opening of waiting) opening.then(release, () => {});
    await iterator.return(undefined);
  }
}
