import { ApiError } from "../api/problem.ts";

/** "20 seconds", "3 minutes", "2 hours": rounded up, so that nobody tries too early. */
export function waitWords(seconds: number): string {
  if (seconds <= 90) return `${Math.max(1, Math.ceil(seconds))} second${Math.ceil(seconds) > 1 ? "s" : ""}`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} minutes`;
  return `${Math.ceil(seconds / 3600)} hours`;
}

/** What a person whose sign-in failed is told: what happened, and what to do. */
export function signInMessage(error: unknown): { text: string; field: "password" | null; down?: boolean } {
  if (!(error instanceof ApiError))
    return { text: "Something went wrong in this page. Reload it.", field: null };
  const wait = error.retryAfterSeconds === null ? null : waitWords(error.retryAfterSeconds);
  switch (error.status) {
    case 0:
      return {
        text: "The server does not answer. Check the network, then try again.",
        field: null,
        down: true,
      };
    case 400:
    case 401:
      return { text: "The user name or the password is wrong.", field: "password" };
    case 403:
      return { text: error.detail || "This account may not sign in. Ask an administrator.", field: null };
    case 423:
      return {
        text: `This account is locked after too many wrong passwords. ${
          wait ? `It opens again in ${wait}.` : "It opens again by itself after a while."
        } An administrator can open it now.`,
        field: null,
      };
    case 429:
      return { text: `Too many attempts. Wait ${wait ?? "a minute"}, then try again.`, field: null };
    default:
      return {
        text: `${error.detail}${error.requestId ? ` (request ${error.requestId})` : ""}`,
        field: null,
        down: error.status >= 500,
      };
  }
}
