import { t } from "../words/words.ts";
import { type Column, type FigureName, figures } from "./figures.ts";
import type { Answer, Row } from "./queries.ts";
import { groupTitle, groupWord, sayValue } from "./say.ts";

/** The lines of the table and of the CSV: turnaround has one for each segment. */
export const linesOf = (name: FigureName, answer: Answer): Row[] =>
  name === "turnaround"
    ? answer.data.flatMap(({ group, examinations, segments }) =>
        (segments as object[]).map((segment) => ({ group, examinations, ...segment })),
      )
    : answer.data;

/** The numbers of a chart, the same that its CSV has. */
export function FiguresTable({ name, answer, label }: { name: FigureName; answer: Answer; label: string }) {
  const columns: readonly Column[] = figures[name].columns;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled with the arrow keys
    <section className="overflow-auto" tabIndex={0} aria-label={label}>
      <table className="figures-table">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            {answer.groupBy.map((group) => (
              <th key={group} scope="col">
                {groupTitle(group)}
              </th>
            ))}
            {columns.map((column) => (
              <th key={column.name} scope="col" className={column.kind === "text" ? undefined : "num"}>
                {t(column.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {linesOf(name, answer).map((row) => (
            <tr
              key={[...answer.groupBy.map((group) => row.group[group]), row.segment, row.currency].join("|")}
            >
              {answer.groupBy.map((group) => (
                <td key={group}>{groupWord(group, row.group)}</td>
              ))}
              {columns.map(({ name: column, kind }) => (
                <td
                  key={column}
                  className={kind === "text" ? undefined : "num"}
                  data-value={String(row[column] ?? "")}
                >
                  {sayValue(row[column], kind, row.currency)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
