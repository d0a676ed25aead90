import type { Answer, Call, Person } from "./desk.ts";

/** What a server without a port answers: Fastify's `inject`. */
export interface Injectable {
  inject(request: {
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    url: string;
    headers?: Record<string, string>;
    payload?: object;
  }): Promise<{ statusCode: number; body: string; json(): unknown }>;
}

/** A password that the person changes to at the first sign-in, from the one that the administrator gave. */
export interface Passwords {
  first(username: string): string;
  own(username: string): string;
}

/**
 * Calls of the API by people who sign in with their passwords when they first do something, and again when their session has run out. Whoever has to change
 * the password does.
 */
export function createDesk(app: Injectable, passwords: Passwords): Call {
  const tokens = new Map<string, Promise<string>>();

  const login = (username: string, password: string) =>
    app.inject({ method: "POST", url: "/api/v1/users/login", payload: { username, password } });

  async function signIn(username: string): Promise<string> {
    const answer = await login(username, passwords.own(username));
    const { accessToken } = answer.json() as { accessToken: string };
    if (answer.statusCode === 200) return accessToken;
    const first = await login(username, passwords.first(username));
    if (first.statusCode !== 200) throw new Error(`${username} cannot sign in: ${first.body}`);
    const changed = await app.inject({
      method: "POST",
      url: "/api/v1/users/me/password",
      headers: { authorization: `Bearer ${(first.json() as { accessToken: string }).accessToken}` },
      payload: { currentPassword: passwords.first(username), newPassword: passwords.own(username) },
    });
    if (changed.statusCode >= 300) throw new Error(`${username} cannot change the password: ${changed.body}`);
    const again = await login(username, passwords.own(username));
    return (again.json() as { accessToken: string }).accessToken;
  }

  return async function call(who: Person, method, url, payload, headers = {}): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      const token = tokens.get(who.username) ?? signIn(who.username);
      tokens.set(who.username, token);
      const answer = await app.inject({
        method,
        url: `/api/v1${url}`,
        headers: { ...headers, authorization: `Bearer ${await token}` },
        ...(payload ? { payload } : {}),
      });
      if (answer.statusCode === 401 && attempt === 0) {
        // Several at once: the first of them signs in again.
        if (tokens.get(who.username) === token) tokens.delete(who.username);
        continue;
      }
      return { status: answer.statusCode, body: answer.body === "" ? null : answer.json() };
    }
  };
}
