import { Button } from "../kit/Button.tsx";
import { Skeleton } from "../kit/Skeleton.tsx";
import { message, t } from "../words/words.ts";
import { money } from "./money.ts";
import { useAging } from "./queries.ts";

const buckets: Readonly<Record<string, string>> = {
  CURRENT: message("Not due yet"),
  "1-30": message("1 to 30 days late"),
  "31-60": message("31 to 60 days late"),
  "61-90": message("61 to 90 days late"),
  OVER_90: message("Over 90 days late"),
};

/** What is owed, by the days since it was due; each currency on a line of its own. */
export function AgingTable({ onSave }: { onSave: () => void }) {
  const aging = useAging();
  if (!aging.data)
    return (
      <div className="px-4 py-3">
        {aging.isError ? (
          <p role="alert">{t("What is owed could not be read: {reason}", { reason: aging.error.message })}</p>
        ) : (
          <Skeleton width="100%" height={72} />
        )}
      </div>
    );
  const { data } = aging.data;
  return (
    <section className="card m-4 mb-3 overflow-auto" aria-label={t("What is owed")}>
      <table className="aging">
        <caption className="sr-only">{t("What is owed, by the days since it was due")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("What is owed")}</th>
            {Object.values(buckets).map((word) => (
              <th key={word} scope="col" className="num">
                {t(word)}
              </th>
            ))}
            <td className="num">
              <Button size="s" icon="download" aria-label={t("CSV of what is owed")} onClick={onSave}>
                {t("CSV")}
              </Button>
            </td>
          </tr>
        </thead>
        <tbody>
          {data.length === 0 && (
            <tr>
              <td colSpan={7}>{t("Nothing is owed.")}</td>
            </tr>
          )}
          {data.map((row) => {
            const most = Math.max(...row.buckets.map(({ outstanding }) => outstanding), 1);
            return (
              <tr key={row.currency}>
                <th scope="row">
                  <strong className="text-20 font-semibold">{money(row.outstanding, row.currency)}</strong>
                  <span className="block text-12 font-normal text-text-3">
                    {t("{count, plural, one {# bill} other {# bills}}", { count: row.count })}
                  </span>
                </th>
                {row.buckets.map((one) => (
                  <td key={one.bucket} className="num" data-word={t(buckets[one.bucket] ?? one.bucket)}>
                    <span className={one.outstanding > 0 && one.bucket !== "CURRENT" ? "text-crit" : ""}>
                      {money(one.outstanding, row.currency)}
                    </span>
                    <span className="block text-12 text-text-3">
                      {t("{count, plural, one {# bill} other {# bills}}", { count: one.count })}
                    </span>
                    <span className="aging-bar" aria-hidden="true">
                      <i
                        className={one.bucket === "CURRENT" ? "" : "late"}
                        style={{ width: `${(one.outstanding / most) * 100}%` }}
                      />
                    </span>
                  </td>
                ))}
                <td />
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
