/** Somebody who works in the department and signs in. */
export interface Person {
  id: string;
  username: string;
  name: string;
  facilityId: string;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the bodies of the API's many answers
  body: any;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The public API as a person at a desk uses it; `url` without `/api/v1`. */
export type Call = (
  who: Person,
  method: Method,
  url: string,
  payload?: object,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** What must work: everything but a success is an error that says what came. */
export async function must(answer: Promise<Answer>): Promise<Answer["body"]> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}
