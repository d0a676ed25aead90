import { type ReactNode, useRef } from "react";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { t } from "../../words/words.ts";

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
  /** Left out where there is little room, as beside what is open: that says it as well. */
  less?: boolean;
}

const classOf = ({ numeric, less }: { numeric?: boolean; less?: boolean }) =>
  [numeric && "num", less && "less"].filter(Boolean).join(" ");

interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** With it, each row's first cell is a button that opens the row. */
  onOpen?: (row: Row) => void;
  opened?: string | undefined;
}

/** A table whose rows open; J and K move among them. */
export function Table<Row>({ label, columns, rows, keyOf, onOpen, opened }: TableProps<Row>) {
  const table = useRef<HTMLTableElement>(null);
  const move = (by: number) => {
    const buttons = [...(table.current?.querySelectorAll<HTMLElement>(".open") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const from = at >= 0 ? at : buttons.findIndex((button) => button.closest("tr.opened"));
    buttons[Math.min(buttons.length - 1, Math.max(0, from + by))]?.focus();
  };
  useShortcuts(
    label,
    onOpen
      ? [
          { caps: ["J", "K"], label: t("move"), inBar: true },
          { caps: ["↵"], label: t("open"), inBar: true },
          { caps: ["J"], label: t("next row"), on: ["j"], run: () => move(1) },
          { caps: ["K"], label: t("row before"), on: ["k"], run: () => move(-1) },
        ]
      : [],
  );
  return (
    <div className="admin-scroll">
      <table className="admin-table" aria-label={label} ref={table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={classOf(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className={opened === keyOf(row) ? "opened" : ""}>
              {columns.map(({ cell, ...column }, index) => (
                <td key={column.head} className={classOf(column)}>
                  {index === 0 && onOpen ? (
                    <button
                      type="button"
                      className="open"
                      aria-expanded={opened === keyOf(row)}
                      onClick={() => onOpen(row)}
                    >
                      {cell(row)}
                    </button>
                  ) : (
                    cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Two lines of a cell. */
export function Two({ a, b, mono }: { a: ReactNode; b?: ReactNode; mono?: boolean }) {
  return (
    <>
      <span className={`a ${mono ? "mono" : ""}`}>{a}</span>
      {b && <span className="b">{b}</span>}
    </>
  );
}
