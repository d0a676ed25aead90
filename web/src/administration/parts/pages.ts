import type { Pagination } from "@isocenter/contract";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { cursorIn } from "../../studies/list-state.ts";

export interface Pages<Row> {
  data: readonly Row[] | undefined;
  /** How many there are, "+" where the server stopped counting; undefined until it answered. */
  total: string | undefined;
  isError: boolean;
  error: unknown;
  refetch: () => unknown;
  hasMore: boolean;
  loadingMore: boolean;
  more: () => void;
}

interface OnePage<Row> {
  data: Row[];
  pagination: Pick<Pagination, "total" | "totalIsExact" | "next">;
}

export const pageSize = 100;

export interface Paging {
  limit: number;
  offset?: number;
  after?: string;
}

/** Where a page begins: at the top, behind the place where the one before ended, or at a number where the list has no other place. */
export type PageStart = { offset: number } | { after: string };

/**
 * Where the page after these begins; undefined where they are all. By the last row's place: a number of rows is another place as soon as rows come or go, which
 * showed some twice and others never.
 */
export function startOfNext(pages: readonly OnePage<unknown>[]): PageStart | undefined {
  const next = pages.at(-1)?.pagination.next ?? null;
  if (next === null) return undefined;
  const after = cursorIn(next);
  return after === null ? { offset: pages.reduce((sum, { data }) => sum + data.length, 0) } : { after };
}

/** A list of the server, read page by page, and again upon facts of these nouns or every so many milliseconds. */
export function usePages<Row>(
  queryKey: readonly unknown[],
  live: readonly string[],
  load: (paging: Paging, signal: AbortSignal) => Promise<OnePage<Row>>,
  everyMs: number | false = false,
): Pages<Row> {
  const list = useInfiniteQuery({
    queryKey,
    meta: { live },
    queryFn: ({ pageParam, signal }) => load({ limit: pageSize, ...pageParam }, signal),
    initialPageParam: { offset: 0 } as PageStart,
    getNextPageParam: (_, pages) => startOfNext(pages),
    placeholderData: keepPreviousData,
    refetchInterval: everyMs,
  });
  const first = list.data?.pages[0]?.pagination;
  return {
    data: list.data?.pages.flatMap(({ data }) => data),
    total: first && `${first.total}${first.totalIsExact ? "" : "+"}`,
    isError: list.isError,
    error: list.error,
    refetch: list.refetch,
    hasMore: list.hasNextPage,
    loadingMore: list.isFetchingNextPage,
    more: () => void list.fetchNextPage(),
  };
}

/** How many rows are read to find the one that the address opens. */
const furthest = 1000;

/**
 * The row that the address opens. A link, or what was just made, may lead behind the pages that are shown: then they are read up to it, once. A row that
 * was here and went is not sought.
 */
export function useOpened<Row extends { id: string }>(
  list: Pages<Row>,
  id: string | undefined,
): Row | undefined {
  const { data, hasMore, loadingMore, isError, more } = list;
  const opened = id === undefined ? undefined : data?.find((row) => row.id === id);
  const [seen, setSeen] = useState<string>();
  if (opened && opened.id !== seen) setSeen(opened.id);
  const seeks = id !== undefined && id !== seen && !opened && hasMore && !loadingMore && !isError;
  const read = data?.length ?? 0;
  useEffect(() => {
    if (seeks && read < furthest) more();
  });
  return opened;
}
