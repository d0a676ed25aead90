/** A piece of a message: text, a value to fill in, the number of the plural around it, a plural, or a marked part. */
type Piece =
  | { kind: "text"; text: string }
  | { kind: "value"; name: string }
  | { kind: "number" }
  | { kind: "plural"; name: string; options: ReadonlyMap<string, readonly Piece[]> }
  | { kind: "mark"; name: string; pieces: readonly Piece[] };

/** What of ICU MessageFormat our messages use: `{name}`, `{name, plural, =0 {…} one {…} other {# …}}`, `<b>…</b>` and '' quotes. */
export function parse(message: string): readonly Piece[] {
  let at = 0;
  const wrong = (what: string): never => {
    throw new Error(`Message "${message}": ${what} at ${at}.`);
  };
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(message) ?? wrong(`${pattern.source} is expected`);
    at += found[0].length;
    return found[1] ?? found[0];
  };
  function pieces(inPlural: boolean, mark: string | null): Piece[] {
    const found: Piece[] = [];
    let text = "";
    const put = (piece: Piece | null) => {
      if (text) found.push({ kind: "text", text });
      text = "";
      if (piece) found.push(piece);
    };
    while (at < message.length && message[at] !== "}") {
      const letter = message[at]!;
      if (letter === "{") put(argument());
      else if (letter === "#" && inPlural) {
        at++;
        put({ kind: "number" });
      } else if (mark !== null && message.startsWith(`</${mark}>`, at)) break;
      else if (/[a-z]/.test(message[at + 1] ?? "") && letter === "<") {
        const name = take(/<([a-z]+)>/y);
        const inner = pieces(inPlural, name);
        if (!message.startsWith(`</${name}>`, at)) wrong(`</${name}> is expected`);
        at += name.length + 3;
        put({ kind: "mark", name, pieces: inner });
      } else if (letter === "'" && /[{}<#']/.test(message[at + 1] ?? "")) {
        // Quoted: '' is one, '{…' is as it stands to the next one.
        if (message[at + 1] === "'") {
          text += "'";
          at += 2;
        } else {
          const end = message.indexOf("'", at + 1);
          text += message.slice(at + 1, end < 0 ? undefined : end);
          at = end < 0 ? message.length : end + 1;
        }
      } else {
        text += letter;
        at++;
      }
    }
    put(null);
    return found;
  }
  function argument(): Piece {
    const name = take(/\{\s*(\w+)\s*/y);
    if (message[at] === "}") {
      at++;
      return { kind: "value", name };
    }
    take(/,\s*plural\s*,\s*/y);
    const options = new Map<string, readonly Piece[]>();
    while (message[at] !== "}") {
      const option = take(/(=\d+|[a-z]+)\s*/y);
      take(/\{/y);
      options.set(option, pieces(true, null));
      take(/\}\s*/y);
    }
    at++;
    if (!options.has("other")) wrong("a plural needs other");
    return { kind: "plural", name, options };
  }
  const all = pieces(false, null);
  return at < message.length ? wrong("} has no {") : all;
}

interface Rules {
  plurals: Intl.PluralRules;
  numbers: Intl.NumberFormat;
}
const rules = new Map<string, Rules>();

function rulesOf(locale: string): Rules {
  let found = rules.get(locale);
  if (!found) {
    found = { plurals: new Intl.PluralRules(locale), numbers: new Intl.NumberFormat(locale) };
    rules.set(locale, found);
  }
  return found;
}

/**
 * The parts of a message with its values filled in, text beside text as one. A value that is a function stands around its marked part.
 * @throws where a value is missing
 */
export function formatted<Node>(
  message: readonly Piece[],
  values: Readonly<Record<string, unknown>>,
  locale: string,
): (string | Node)[] {
  const { plurals, numbers } = rulesOf(locale);
  const given = (name: string): unknown => {
    if (!Object.hasOwn(values, name)) throw new Error(`The value of {${name}} is missing.`);
    return values[name];
  };
  function fill(pieces: readonly Piece[], count: number): (string | Node)[] {
    const parts: (string | Node)[] = [];
    const put = (part: string | Node) => {
      const last = parts.length - 1;
      if (typeof part === "string" && typeof parts[last] === "string") parts[last] += part;
      else parts.push(part);
    };
    for (const piece of pieces) {
      if (piece.kind === "text") put(piece.text);
      else if (piece.kind === "number") put(numbers.format(count));
      else if (piece.kind === "value") {
        const value = given(piece.name);
        put(typeof value === "object" && value !== null ? (value as Node) : String(value));
      } else if (piece.kind === "plural") {
        const value = Number(given(piece.name));
        const option =
          piece.options.get(`=${value}`) ??
          piece.options.get(plurals.select(value)) ??
          piece.options.get("other")!;
        for (const part of fill(option, value)) put(part);
      } else {
        const around = given(piece.name) as (parts: (string | Node)[]) => Node;
        put(around(fill(piece.pieces, count)));
      }
    }
    return parts;
  }
  return fill(message, 0);
}
