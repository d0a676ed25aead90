type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Chunks of which the first ones are read before anybody asks for them. */
export interface ReadAhead extends AsyncIterable<Uint8Array> {
  /** Begins to read. Errors wait for who asks. */
  start(): void;
  /** Resolves when the first chunk is there, or the end; rejects when it cannot be read. */
  begun(): Promise<void>;
  /** Nothing more is wanted: the source is closed, wherever it is. */
  close(): void;
}

const aheadBytes = 1024 * 1024;

/** Up to a megabyte is read ahead. @param source as a function it is opened by `start`, or when it is first read */
export function createReadAhead(source: Chunks | (() => Chunks | Promise<Chunks>)): ReadAhead {
  let iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array> | undefined;
  const ready: Uint8Array[] = [];
  let ended = false;
  let closed = false;
  /** Whoever reads on takes over from the filling after the chunk under way. */
  let wanted = false;
  let filling: Promise<void> | undefined;

  async function open(): Promise<void> {
    const chunks = typeof source === "function" ? await source() : source;
    iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    // An iteration that never began would not close its source.
    if (closed) Promise.resolve(iterator.next()).then(finish, () => {});
  }

  async function next(): Promise<Uint8Array | null> {
    if (!iterator) await open();
    if (closed) return null;
    const step = await iterator!.next();
    if (!step.done) return step.value;
    ended = true;
    return null;
  }

  async function fill(): Promise<void> {
    for (let bytes = 0; bytes < aheadBytes && !(wanted && ready.length > 0); ) {
      const chunk = await next();
      if (chunk === null) return;
      ready.push(chunk);
      bytes += chunk.length;
    }
  }

  function start(): void {
    if (filling) return;
    filling = fill();
    filling.catch(() => {});
  }

  function finish(): void {
    const opened = iterator;
    if (ended || !opened?.return) return;
    ended = true;
    Promise.resolve(opened.return()).catch(() => {});
  }

  return {
    start,
    async begun() {
      wanted = true;
      start();
      await filling;
    },
    close() {
      closed = true;
      finish();
    },
    async *[Symbol.asyncIterator]() {
      wanted = true;
      start();
      await filling;
      for (let chunk = ready.shift(); chunk !== undefined; chunk = ready.shift()) yield chunk;
      for (let chunk = ended ? null : await next(); chunk !== null; chunk = await next()) yield chunk;
    },
  };
}
