import { apiRoot, chosenFacility, session } from "../api/client.ts";
import { ApiError, errorFrom, notReached } from "../api/problem.ts";
import { facilityHeader } from "../api/session.ts";
import { t } from "../words/words.ts";
import type { UploadAnswer, UploadBatch } from "./queue.ts";

interface SendOptions {
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
}

/** Sends a batch by XMLHttpRequest, which alone tells how far an upload is. */
export async function sendBatch(batch: UploadBatch<File>, options: SendOptions): Promise<UploadAnswer> {
  for (let attempt = 0; ; attempt++) {
    const token = await session.accessToken();
    const { status, text, header } = await post(batch, token, options);
    if (status === 401 && attempt === 0) {
      await session.refresh();
      continue;
    }
    if (status < 200 || status > 299) throw errorFrom(status, text, header);
    return readAnswer(text);
  }
}

/** One image answers itself; several answer `{data, refused}`. */
export function readAnswer(text: string): UploadAnswer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiError({
      status: 502,
      code: "bad-answer",
      title: t("The answer could not be read"),
      detail: "",
    });
  }
  const answer = (body ?? {}) as { data?: unknown; refused?: unknown; status?: unknown };
  if (Array.isArray(answer.data)) {
    return { images: answer.data, refused: Array.isArray(answer.refused) ? answer.refused : [] };
  }
  return { images: [{ status: String(answer.status ?? "STORED") }], refused: [] };
}

interface Answer {
  status: number;
  text: string;
  header: (name: string) => string | null;
}

function post(batch: UploadBatch<File>, token: string, { signal, onProgress }: SendOptions): Promise<Answer> {
  const form = new FormData();
  // Fields before files, so that the server knows them when the first file comes.
  if (batch.patientId) form.append("patientId", batch.patientId);
  for (const { name, file } of batch.files) form.append("file", file, name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${apiRoot}/images`);
    request.setRequestHeader("authorization", `Bearer ${token}`);
    request.setRequestHeader("accept", "application/json");
    const facility = chosenFacility();
    if (facility) request.setRequestHeader(facilityHeader, facility);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () =>
      resolve({
        status: request.status,
        text: request.responseText,
        header: (name) => request.getResponseHeader(name),
      });
    request.onerror = () => reject(notReached());
    request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    if (signal.aborted) reject(new DOMException("cancelled", "AbortError"));
    else request.send(form);
  });
}
