import { type KeyboardEvent, useState } from "react";

/**
 * Lets a person read the values of a drawing with the arrow keys, and with the pointer. `rows` and `columns` are how many there are.
 * @returns the place that is read, and what the drawing's element needs
 */
export function useReadValues(rows: number, columns: number) {
  const [at, setAt] = useState<{ row: number; column: number } | null>(null);
  const present = at && at.row < rows && at.column < columns ? at : null;
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === "Escape" && present) {
      setAt(null);
      event.stopPropagation();
      return;
    }
    if (!by || rows === 0 || columns === 0) return;
    event.preventDefault();
    // A single row or column is walked with either pair of keys.
    const [down = 0, right = 0] =
      rows === 1 ? [0, by[0]! + by[1]!] : columns === 1 ? [by[0]! + by[1]!, 0] : by;
    setAt((before) =>
      before
        ? {
            row: Math.max(0, Math.min(rows - 1, before.row + down)),
            column: Math.max(0, Math.min(columns - 1, before.column + right)),
          }
        : { row: 0, column: 0 },
    );
  };
  return { at: present, setAt, onKeyDown, onBlur: () => setAt(null) };
}
