import type { ContractClient } from "./contract-client.ts";

/** The calls that a client has made, to be made once more in other ways. */
export function repeatedCalls(client: ContractClient) {
  const { contract, sent } = client;

  /** An operation with the first call of it that succeeded. */
  const called = () =>
    contract.operations.flatMap((operation) => {
      const call = sent.get(operation.id);
      return call ? [{ ...operation, url: new URL(call.url), body: call.body }] : [];
    });

  /** Sends a call once more: with or without a token, at another address, with another body. */
  async function again(
    operation: Called,
    {
      url = operation.url,
      body = operation.body,
      bearer = client.token,
    }: Partial<Record<"body" | "bearer", string | null>> & { url?: URL },
  ) {
    const stop = new AbortController();
    const response = await fetch(url, {
      method: operation.method,
      signal: stop.signal,
      headers: {
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body } : {}),
    });
    const type = (response.headers.get("content-type") ?? "").split(";")[0]!;
    const text = type.endsWith("json") ? await response.text() : "";
    stop.abort();
    // biome-ignore lint/suspicious/noExplicitAny: whatever came
    const json = text ? (JSON.parse(text) as any) : null;
    return { status: response.status, type, json };
  }

  async function withoutToken(one: Called) {
    const { status, type, json } = await again(one, { bearer: null, body: one.body ?? null });
    return (
      (status !== 401 || type !== "application/problem+json" || json.code !== "auth.missing") && `${status}`
    );
  }

  async function withUnknownParameter(one: Called) {
    for (const prefix of ["/api/v1", "/api"])
      for (const end of ["", "/"]) {
        const url = withQuery(elsewhere(one.url, prefix, end), "surprise", "1");
        const { status, json } = await again(one, { url });
        const named = json?.errors?.some(({ path }: { path: string }) => path === "querystring.surprise");
        if (status !== 400 || !named) return `${prefix}${end} ${status} ${JSON.stringify(json)}`;
      }
    return null;
  }

  return { called, again, withoutToken, withUnknownParameter };
}

export type RepeatedCalls = ReturnType<typeof repeatedCalls>;
export type Called = ReturnType<RepeatedCalls["called"]>[number];

export const ofApi = ({ path }: { path: string }) => path.startsWith("/api/");

export const withQuery = (url: URL, name: string, value: string): URL => {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed;
};
export const elsewhere = (url: URL, prefix: string, end: string): URL =>
  Object.assign(new URL(url), { pathname: url.pathname.replace(/^\/api\/v1/, prefix) + end });

/** Calls for each, some at once, and what is wrong with them. */
export async function eachCall(
  operations: readonly Called[],
  check: (operation: Called) => Promise<string | null | undefined | false>,
): Promise<string[]> {
  const left = [...operations];
  const found: string[] = [];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const complaint = await check(next);
      if (complaint) found.push(`${next.id}: ${complaint}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return found.sort();
}
