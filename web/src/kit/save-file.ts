/**
 * The file as it is kept: a table begins with the mark by which spreadsheets know that it is UTF-8. Without it they take umlauts and accents for something
 * else; programs that ask the server for the table itself get it without.
 */
export const asKept = (blob: Blob): Blob =>
  /^text\/csv\b/i.test(blob.type) ? new Blob(["\ufeff", blob], { type: blob.type }) : blob;

/** Gives the person a file to keep. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(asKept(blob));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
