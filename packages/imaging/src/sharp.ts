type SharpFactory = typeof import("sharp").default;

let loaded: Promise<SharpFactory> | undefined;

/**
 * The library of pictures, read when the first one is made: it looks at the machine for a tenth of a second, and most processes (the
 * DIMSE listener, a command) make none.
 */
export function loadSharp(): Promise<SharpFactory> {
  loaded ??= import("sharp").then(({ default: sharp }) => {
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return loaded;
}
