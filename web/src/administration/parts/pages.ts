import type { Pagination } from "@isocenter/contract";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

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

/** A list of the server, read page by page, and again upon facts of these nouns or every so many milliseconds. */
export function usePages<Row>(
  queryKey: readonly unknown[],
  live: readonly string[],
  load: (paging: { limit: number; offset: number }, signal: AbortSignal) => Promise<OnePage<Row>>,
  everyMs: number | false = false,
): Pages<Row> {
  const list = useInfiniteQuery({
    queryKey,
    meta: { live },
    queryFn: ({ pageParam, signal }) => load({ limit: pageSize, offset: pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: (last, pages) =>
      last.pagination.next === null ? undefined : pages.reduce((sum, { data }) => sum + data.length, 0),
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
