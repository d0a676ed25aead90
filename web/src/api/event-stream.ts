/** One event of a text/event-stream. */
export interface ServerEvent {
  id: string | null;
  type: string;
  data: string;
}

/** The longest event that is read; a longer one is a fault of the sender and ends the stream. */
const maxEventLength = 256 * 1024;

/**
 * Reads a text/event-stream (WHATWG HTML, 9.2.6) piece by piece. `push` takes text as it comes and throws a RangeError when one
 * event grows past 256 KiB.
 */
export function createEventStreamParser(
  onEvent: (event: ServerEvent) => void,
  onRetry?: (ms: number) => void,
) {
  let rest = "";
  let data: string[] = [];
  let type = "";
  let id: string | null = null;
  let length = 0;

  function field(line: string) {
    if (line === "") {
      if (data.length > 0) onEvent({ id, type: type || "message", data: data.join("\n") });
      data = [];
      type = "";
      length = 0;
      return;
    }
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") {
      length += value.length;
      if (length > maxEventLength) throw new RangeError("event too long");
      data.push(value);
    } else if (name === "event") type = value;
    else if (name === "id" && !value.includes("\0")) id = value;
    else if (name === "retry" && /^\d{1,7}$/.test(value)) onRetry?.(Number(value));
  }

  return {
    push(text: string) {
      rest += text;
      for (;;) {
        const end = rest.search(/[\r\n]/);
        // A lone CR at the end may be the first half of CRLF.
        if (end < 0 || (rest[end] === "\r" && end === rest.length - 1)) break;
        const line = rest.slice(0, end);
        rest = rest.slice(end + (rest[end] === "\r" && rest[end + 1] === "\n" ? 2 : 1));
        field(line);
      }
      if (rest.length > maxEventLength) throw new RangeError("event too long");
    },
  };
}
