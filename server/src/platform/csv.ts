import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";

export type CsvValue = string | number | boolean | null;

/**
 * One line of CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe before it, so that it stays text; numbers stay numbers.
 */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvField).join(",")}\r\n`;
}

function csvField(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const isNumber = /^-?\d+(\.\d+)?$/.test(value);
  const harmless = /^\s*[=+\-@|%＝＋－＠]|^[\t\r\n]/.test(value) && !isNumber ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Whether the client asks for CSV: by `format`, else by the first of what it accepts. */
export function wantsCsv(request: FastifyRequest, format?: string): boolean {
  if (format !== undefined) return format === "csv";
  const [first = ""] = (request.headers.accept ?? "").split(/[,;]/);
  return first.trim().toLowerCase() === "text/csv";
}

/** Answers with a CSV file; rows are taken as the client reads them. */
export function sendCsv(
  reply: FastifyReply,
  name: string,
  header: readonly string[],
  rows: Iterable<readonly CsvValue[]> | AsyncIterable<readonly CsvValue[]>,
): FastifyReply {
  async function* lines() {
    yield csvLine(header);
    for await (const row of rows) yield csvLine(row);
  }
  return reply
    .type("text/csv; charset=utf-8; header=present")
    .header("content-disposition", `attachment; filename="${name}.csv"`)
    .header("x-content-type-options", "nosniff")
    .send(Readable.from(lines(), { objectMode: false }));
}

/**
 * All rows of a list, a page after the other; what it is sorted by must not change meanwhile. The first page is read before it resolves, so that what is
 * wrong with the query is refused before anything is answered.
 */
export async function everyPage<T>(
  read: (range: { limit: number; after?: string }) => Promise<{ data: T[]; next: string | null }>,
): Promise<AsyncGenerator<T>> {
  const limit = 500;
  const first = await read({ limit });
  return (async function* () {
    let page = first;
    yield* page.data;
    while (page.next !== null) {
      page = await read({ limit, after: page.next });
      yield* page.data;
    }
  })();
}

/** What a query asks for, without the page of it. */
export function withoutRange<T extends { limit?: number; offset?: number; after?: string }>(
  query: T,
): Omit<T, "limit" | "offset" | "after"> {
  const { limit: _, offset: __, after: ___, ...filters } = query;
  return filters;
}
