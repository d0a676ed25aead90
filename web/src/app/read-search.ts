/**
 * Reads an address's search part by a page's own reader. The router lays what was read over what stands there, so what the reader left out is
 * taken away: else a word that makes no sense reached the page unread.
 */
export const readSearch =
  <State extends object>(read: (search: Record<string, unknown>) => State) =>
  (search: Record<string, unknown>): State => ({
    ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])),
    ...read(search),
  });
