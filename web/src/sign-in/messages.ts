import { ApiError } from "../api/problem.ts";
import { t } from "../words/words.ts";

/** "20 seconds", "3 minutes", "2 hours": rounded up, so that nobody tries too early. */
export function waitWords(seconds: number): string {
  if (seconds <= 90)
    return t("{count, plural, one {# second} other {# seconds}}", { count: Math.max(1, Math.ceil(seconds)) });
  if (seconds < 5400)
    return t("{count, plural, one {# minute} other {# minutes}}", { count: Math.ceil(seconds / 60) });
  return t("{count, plural, one {# hour} other {# hours}}", { count: Math.ceil(seconds / 3600) });
}

/** What a person whose sign-in failed is told: what happened, and what to do. */
export function signInMessage(error: unknown): { text: string; field: "password" | null; down?: boolean } {
  if (!(error instanceof ApiError))
    return { text: t("Something went wrong in this page. Reload it."), field: null };
  const wait = error.retryAfterSeconds === null ? null : waitWords(error.retryAfterSeconds);
  switch (error.status) {
    case 0:
      return {
        text: t("The server does not answer. Check the network, then try again."),
        field: null,
        down: true,
      };
    case 400:
    case 401:
      return { text: t("The user name or the password is wrong."), field: "password" };
    case 403:
      return { text: error.detail || t("This account may not sign in. Ask an administrator."), field: null };
    case 423:
      return {
        text: wait
          ? t(
              "This account is locked after too many wrong passwords. It opens again in {wait}. An administrator can open it now.",
              { wait },
            )
          : t(
              "This account is locked after too many wrong passwords. It opens again by itself after a while. An administrator can open it now.",
            ),
        field: null,
      };
    case 429:
      return {
        text: t("Too many attempts. Wait {wait}, then try again.", { wait: wait ?? waitWords(60) }),
        field: null,
      };
    default:
      return {
        text: `${error.detail}${error.requestId ? ` (${t("request {id}", { id: error.requestId })})` : ""}`,
        field: null,
        down: error.status >= 500,
      };
  }
}
