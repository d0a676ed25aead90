/** Bytes as ISO 8859-1, without the zeros and spaces at the ends. */
export function latin1Trimmed(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0x20)) end--;
  let start = 0;
  while (start < end && bytes[start] === 0x20) start++;
  return latin1(bytes, start, end);
}

/** Bytes from `start` to `end` as ISO 8859-1. */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (end - start > 4096) {
    const parts: string[] = [];
    for (let at = start; at < end; at += 4096) parts.push(latin1(bytes, at, Math.min(end, at + 4096)));
    return parts.join("");
  }
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
