import type { Problem } from "@isocenter/contract";
import { t } from "../words/words.ts";

/** Why a request failed, in words for a person. `status` is 0 where the server was not reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly fields: ReadonlyArray<{ path: string; message: string }>;
  readonly retryAfterSeconds: number | null;
  /** The whole problem document: some have members of their own, such as the newer text of a report. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(init: {
    status: number;
    code: string;
    title: string;
    detail: string;
    requestId?: string | null;
    fields?: ReadonlyArray<{ path: string; message: string }>;
    retryAfterSeconds?: number | null;
    members?: Readonly<Record<string, unknown>>;
  }) {
    super(init.detail || init.title);
    this.name = "ApiError";
    this.status = init.status;
    this.code = init.code;
    this.title = init.title;
    this.detail = init.detail;
    this.requestId = init.requestId ?? null;
    this.fields = init.fields ?? [];
    this.retryAfterSeconds = init.retryAfterSeconds ?? null;
    this.members = init.members ?? {};
  }
}

export function notReached(): ApiError {
  return new ApiError({
    status: 0,
    code: "not-reached",
    title: t("The server did not answer"),
    // Whether the request or its answer was lost, nobody here knows.
    detail: t(
      "Check the network connection. What was being saved may have arrived all the same: look before you do it again.",
    ),
  });
}

/** Seconds to wait that a Retry-After header asks for (RFC 9110, 10.2.3), or null. */
export function retryAfter(value: string | null, now: number): number | null {
  if (!value) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}

/** The error that an unsuccessful response tells, whatever its body: a problem document, a proxy's page, nothing. */
export async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  return errorFrom(response.status, text, (name) => response.headers.get(name));
}

/** As `errorOf`, for a body that is read already. */
export function errorFrom(status: number, text: string, header: (name: string) => string | null): ApiError {
  let problem: Partial<Problem> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed && typeof parsed === "object") problem = parsed as Partial<Problem>;
  } catch {
    // Not a problem document: the status must do.
  }
  return new ApiError({
    status,
    code: problem.code ?? `http-${status}`,
    title: problem.title ?? titleOf(status),
    detail: problem.detail ?? problem.message ?? titleOf(status),
    requestId: problem.requestId ?? header("x-request-id"),
    fields: problem.errors ?? [],
    retryAfterSeconds: retryAfter(header("retry-after"), Date.now()),
    members: problem as Readonly<Record<string, unknown>>,
  });
}

function titleOf(status: number): string {
  if (status === 401) return "You are signed out";
  if (status === 403) return "Not for your role";
  if (status === 404) return "Not found";
  if (status === 413) return "Too large";
  if (status === 429) return "Too many requests";
  if (status === 507) return "The archive's disk is full";
  if (status >= 500) return "The server could not answer";
  return `The server answered ${status}`;
}
