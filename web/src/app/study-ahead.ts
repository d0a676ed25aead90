import { dicomwebRoot, fetchAuthorized, session } from "../api/client.ts";
import { seriesListUrl, seriesMetadataUrl } from "../viewer/addresses.ts";

/** Answers on their way to a viewer whose program is still being loaded, by who asked and what for. */
const ahead = new Map<string, Promise<Response>>();

/** For so long an answer that nobody has taken is kept. */
const keptMs = 20_000;
/** Of a study with more the viewer asks for the rest itself. */
const mostSeries = 4;

const seriesInstanceUid = "0020000E";
const keyOf = (url: string) => `${session.snapshot().me?.id ?? ""} ${url}`;

/** Asks for what the viewer will ask for first. Only for a study that is being opened: each read is recorded as one. */
export function askAhead(studyInstanceUid: string): void {
  const list = ask(seriesListUrl(dicomwebRoot, studyInstanceUid));
  list
    .then(async (answer) => {
      if (!answer.ok || answer.status === 204) return;
      const series = (await answer.clone().json()) as Record<string, { Value?: string[] }>[];
      for (const one of series.slice(0, mostSeries)) {
        const uid = one[seriesInstanceUid]?.Value?.[0];
        if (uid) ask(seriesMetadataUrl(dicomwebRoot, studyInstanceUid, uid));
      }
    })
    // The viewer asks again, and says what is wrong.
    .catch(() => {});
}

function ask(url: string): Promise<Response> {
  const key = keyOf(url);
  const answer = fetchAuthorized(url, { headers: { Accept: "application/dicom+json" } });
  answer.catch(() => {});
  ahead.set(key, answer);
  setTimeout(() => {
    if (ahead.get(key) === answer) ahead.delete(key);
  }, keptMs);
  return answer;
}

/** `fetchAuthorized`, which takes an answer that was asked for ahead once. */
export const fetchAhead: typeof fetchAuthorized = async (input, init) => {
  const key = keyOf(input);
  const found = ahead.get(key);
  if (!found) return fetchAuthorized(input, init);
  ahead.delete(key);
  const answer = await found.catch(() => undefined);
  return answer?.ok ? answer : fetchAuthorized(input, init);
};
