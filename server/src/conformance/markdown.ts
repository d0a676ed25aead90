/** A table, a row a line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export const hexadecimal = (value: number): string => `${value.toString(16).toUpperCase().padStart(4, "0")}H`;

/** Bytes, milliseconds and counts as a person says them. */
export function inWords(name: string, value: number): string {
  if (/Ms$/.test(name)) return `${value / 1000} s`;
  if (/Bytes$|PduLength$/.test(name)) {
    if (value % 2 ** 30 === 0) return `${value / 2 ** 30} GiB`;
    if (value % 2 ** 20 === 0) return `${value / 2 ** 20} MiB`;
    return value % 1024 === 0 ? `${value / 1024} KiB` : `${value} bytes`;
  }
  return value.toLocaleString("en");
}
