import { type ReactNode, useEffect, useRef } from "react";
import { moveSelection } from "../studies/selection.ts";
import { t } from "../words/words.ts";
import { Skeleton } from "./Skeleton.tsx";
import { useShortcuts } from "./shortcuts.ts";
import "./row-list.css";

export interface RowColumn<Row> {
  title: string;
  /** The width in the grid, "2fr" or "7.5rem" for instance. */
  width: string;
  /** Figures stand at the right. */
  number?: boolean;
  /** Left out where the list is narrow. */
  wide?: boolean;
  /** Has a line of its own where rows are cards, on a phone. */
  whole?: boolean;
  cell: (row: Row) => ReactNode;
}

interface RowListProps<Row extends { id: string }> {
  id: string;
  label: string;
  /** The group of its keys in the help. */
  group: string;
  columns: readonly RowColumn<Row>[];
  /** Undefined while the first page is on its way. */
  rows: readonly Row[] | undefined;
  /** The rows are those of the question before. */
  stale?: boolean;
  selected: string | null;
  onSelect: (id: string | null) => void;
  onOpen: (row: Row) => void;
}

/** A list of one page of rows: chosen by J and K or the arrows, opened by Enter, a double click, or the tap of a finger, which has no second button and no keys. */
export function RowList<Row extends { id: string }>(props: RowListProps<Row>) {
  const { id, label, group, columns, rows, stale = false, selected, onSelect, onOpen } = props;
  const pointer = useRef("");
  const shown = rows ?? [];
  const chosen = shown.find((row) => row.id === selected);
  const move = (by: number | "first" | "last") => {
    onSelect(moveSelection(shown, selected, by));
    document.getElementById(id)?.focus({ preventScroll: true });
  };
  useShortcuts(group, [
    { caps: ["J", "K"], label: t("move"), inBar: true },
    { caps: ["J"], label: t("next row, also ↓"), on: ["j", "arrowdown"], run: () => move(1) },
    { caps: ["K"], label: t("row before, also ↑"), on: ["k", "arrowup"], run: () => move(-1) },
    { caps: ["Home"], label: t("first row"), on: ["home"], run: () => move("first") },
    { caps: ["End"], label: t("last row"), on: ["end"], run: () => move("last") },
    { caps: ["↵"], label: t("open"), on: ["enter"], inBar: true, run: () => chosen && onOpen(chosen) },
  ]);
  useEffect(() => {
    if (selected) document.getElementById(`${id}-${selected}`)?.scrollIntoView({ block: "nearest" });
  }, [id, selected]);
  const tracks = {
    "--tracks": columns.map(({ width }) => width).join(" "),
    "--narrow-tracks": columns
      .filter(({ wide }) => !wide)
      .map(({ width }) => width)
      .join(" "),
  } as React.CSSProperties;
  const look = ({ number, wide, whole }: RowColumn<Row>) =>
    `${number ? "num" : ""} ${wide ? "wide" : ""} ${whole ? "whole" : ""}`;
  return (
    <div
      className={`row-list min-h-0 flex-1 overflow-auto ${stale ? "opacity-60" : ""}`}
      aria-busy={stale || !rows}
      style={tracks}
    >
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are chosen with the arrow keys, which is what a grid is
        role="grid"
        id={id}
        className="list-table outline-offset-[-2px]"
        aria-label={label}
        aria-activedescendant={chosen ? `${id}-${chosen.id}` : undefined}
        tabIndex={0}
      >
        <thead className="sticky top-0 z-10">
          <tr className="th">
            {columns.map((column) => (
              <th key={column.title} scope="col" className={look(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        {rows ? (
          <tbody>
            {rows.map((row) => (
              <tr
                key={row.id}
                id={`${id}-${row.id}`}
                className="tr relative"
                aria-selected={row.id === selected}
                onPointerDown={({ pointerType }) => {
                  pointer.current = pointerType;
                }}
                onClick={() => (pointer.current === "touch" ? onOpen(row) : onSelect(row.id))}
                onDoubleClick={() => onOpen(row)}
              >
                {columns.map((column) => (
                  <td key={column.title} className={look(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ) : (
          <tbody aria-hidden="true">
            {Array.from({ length: 12 }, (_, row) => `row-${row}`).map((key, row) => (
              <tr key={key} className="tr">
                {columns.map((column, index) => (
                  <td key={column.title} className={look(column)}>
                    <Skeleton width={`${45 + ((row * 17 + index * 31) % 45)}%`} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        )}
      </table>
    </div>
  );
}
