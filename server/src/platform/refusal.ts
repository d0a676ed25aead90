import { readEnumeration } from "@isocenter/contract";

/**
 * The one error that domain code throws on purpose. Each protocol maps the kind to its own words in one exhaustive table;
 * any other error is a bug and is shown without detail.
 */
export type RefusalKind =
  | "invalid" // malformed or invalid input (400)
  | "unauthenticated" // no token or a bad one (401)
  | "forbidden" // may not (403)
  | "not-found" // not there, or not visible to this viewer (404)
  | "wrong-method" // the path is there and does not do this (405)
  | "not-acceptable" // no representation that the client takes (406)
  | "conflict" // illegal transition, version conflict, duplicate (409)
  | "too-large" // over a limit of size (413)
  | "unsupported-type" // media type (415)
  | "unprocessable" // well-formed but refused, such as a file that is not DICOM (422)
  | "locked" // account locked (423)
  | "too-many" // throttled (429)
  | "unavailable" // a dependency is down (503)
  | "out-of-space"; // the disk reserve is reached (507)

export interface RefusalDetail {
  path: string;
  message: string;
}

/** When to come again where what is away did not say. */
const awaySeconds = 10;

export class Refusal extends Error {
  readonly kind: RefusalKind;
  /** Stable, for programs: `study.not-found`. */
  readonly code: string;
  readonly errors: readonly RefusalDetail[];
  /** Seconds after which a retry may succeed, where that is known; of `unavailable` always. */
  readonly retryAfter: number | undefined;
  /** The methods that the path answers (RFC 9110 10.2.1), of `wrong-method`. */
  readonly allow: string | undefined;
  /** More that a problem document says (RFC 9457 3.2), such as `current`, the item as it is now. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    kind: RefusalKind,
    code: string,
    detail: string,
    more: {
      errors?: readonly RefusalDetail[];
      retryAfter?: number;
      allow?: string;
      cause?: unknown;
      members?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = "Refusal";
    this.kind = kind;
    this.code = code;
    this.errors = more.errors ?? [];
    this.retryAfter = more.retryAfter ?? (kind === "unavailable" ? awaySeconds : undefined);
    this.allow = more.allow;
    this.members = more.members ?? {};
  }
}

/** Something that the client wrote and that cannot be, named by its place: `querystring.status`, `body.lines.0.code`. */
export const invalidAt = (code: string, path: string, message: string): Refusal =>
  new Refusal("invalid", code, `${path.replace(/^\w+\./, "")} ${message}.`, { errors: [{ path, message }] });

/** The member of an enumeration that the text names in any case. @throws Refusal `invalid` with the code, naming the place and the members */
export function readMember<T extends string>(
  values: readonly T[],
  text: string,
  code: string,
  path: string,
): T {
  const member = readEnumeration(values, text);
  if (member !== null) return member;
  throw invalidAt(code, path, `must be one of ${values.join(", ")}`);
}
