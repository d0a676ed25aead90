import type { ReactNode } from "react";
import { Button } from "../../kit/Button.tsx";
import { Skeleton } from "../../kit/Skeleton.tsx";
import { ErrorState } from "../../kit/States.tsx";
import { t } from "../../words/words.ts";
import type { Pages } from "./pages.ts";

/** Rows of true height while a list is on its way. */
export function Loading() {
  return (
    <div className="grid gap-4 p-4" role="status" aria-label={t("Loading")}>
      {[70, 55, 62, 48].map((width) => (
        <Skeleton key={width} width={`${width}%`} height={26} />
      ))}
    </div>
  );
}

/** What one query answered; or that it is on its way, or why it failed. */
export function Answer<T>({
  query,
  children,
}: {
  query: { data: T | undefined; isError: boolean; error: unknown; refetch: () => unknown };
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}

/** A list page by page: rows, nothing, on its way or failed. */
export function Listing<Row>({
  list,
  empty,
  children,
}: {
  list: Pages<Row>;
  empty: ReactNode;
  children: (rows: readonly Row[]) => ReactNode;
}) {
  return (
    <Answer query={list}>
      {(rows) =>
        rows.length === 0 ? (
          empty
        ) : (
          <>
            {children(rows)}
            {list.hasMore && (
              <div className="border-t border-line p-2">
                <Button size="s" variant="ghost" busy={list.loadingMore} onClick={list.more}>
                  {t("Show more")}
                </Button>
              </div>
            )}
          </>
        )
      }
    </Answer>
  );
}
