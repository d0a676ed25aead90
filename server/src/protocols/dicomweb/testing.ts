import {
  createHttpServer,
  createLog,
  createMetrics,
  type Routes,
  type Viewer,
} from "../../platform/index.ts";

const testViewer: Viewer = {
  kind: "user",
  id: "11111111-1111-7111-8111-111111111111",
  name: "Test",
  roles: ["ADMINISTRATOR"],
  facilityIds: ["22222222-2222-7222-8222-222222222222"],
  homeFacilityId: "22222222-2222-7222-8222-222222222222",
  requestId: "test",
  address: "127.0.0.1",
};

/** The program's HTTP server with these routes at the root, every request by the viewer. For tests. */
export function testServer(routes: Routes, viewer: Viewer = testViewer) {
  return createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication(app) {
      app.decorateRequest("viewer");
      app.addHook("onRequest", async (request) => {
        request.viewer = viewer;
      });
    },
    api: [],
    root: [routes],
  });
}

export const boundary = "=_test:boundary/1";

/** A multipart body as a client would send it. */
export function multipartBody(
  parts: readonly (Uint8Array | string)[],
  headers = "Content-Type: application/dicom\r\n",
): Buffer {
  const pieces = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${headers}\r\n`, "latin1"),
    Buffer.from(part as string, "latin1"),
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--`)]);
}

export const dicomMultipart = {
  "content-type": `multipart/related; type="application/dicom"; boundary="${boundary}"`,
};

/** The parts of a multipart/related answer. */
export function splitMultipart(
  contentType: string | undefined,
  body: Buffer,
): { headers: Record<string, string>; body: Buffer }[] {
  const name = /boundary="?([^";]+)"?/.exec(contentType ?? "")?.[1];
  const delimiter = `--${name}`;
  const parts: { headers: Record<string, string>; body: Buffer }[] = [];
  let at = body.indexOf(delimiter);
  for (;;) {
    const next = body.indexOf(`\r\n${delimiter}`, at + 1);
    if (at === -1 || next === -1) return parts;
    const part = body.subarray(at + delimiter.length + 2, next);
    const blank = part.indexOf("\r\n\r\n");
    const headers = Object.fromEntries(
      part
        .toString("latin1", 0, blank)
        .split("\r\n")
        .map((line) => [
          line.slice(0, line.indexOf(":")).toLowerCase(),
          line.slice(line.indexOf(":") + 1).trim(),
        ]),
    );
    parts.push({ headers, body: part.subarray(blank + 4) });
    at = next + 2;
  }
}
