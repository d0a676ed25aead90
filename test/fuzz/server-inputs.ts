import { readFileSync } from "node:fs";
import { frameOf } from "@isocenter/hl7";
import { mutate } from "./mutate.ts";
import type { Random } from "./random.ts";
import { latin1 } from "./target.ts";
import { hl7Messages, hl7Tokens } from "./targets/hl7.ts";
import { conversations, pduTokens } from "./targets/pdu.ts";
import { madeFiles } from "./targets/seeds.ts";

interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, unknown> };
}

interface RequestSeed {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

const document = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};
/** Of every account: the program would no longer let anyone in. */
const passedOver = /\/(logout|password|deactivate|reset-password|sessions|login|refresh|events)/;

/** A request for each operation of the API, with every query parameter that it takes, about what has the id. */
function apiRequests(id: string): RequestSeed[] {
  return Object.entries(document.paths)
    .filter(([path]) => !passedOver.test(path))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => {
        const query = (operation.parameters ?? [])
          .filter((parameter) => parameter.in === "query")
          .map(({ name }) => `${name}=1`)
          .join("&");
        const type = Object.keys(operation.requestBody?.content ?? {})[0];
        return {
          method: method.toUpperCase(),
          path: `${path.replaceAll(/\{\w+\}/g, id)}${query ? `?${query}` : ""}`,
          headers: type ? { "content-type": "application/json" } : {},
          body: latin1(
            type ? '{"name":"x","expectedVersion":1,"values":[null,1e9,{"a":[]}],"id":"","reason":"é"}' : "",
          ),
        };
      }),
    );
}

function dicomwebRequests(): RequestSeed[] {
  const root = "/dicomweb";
  const study = `${root}/studies/1.2.3`;
  const instance = `${study}/series/1.2.3.4/instances/1.2.3.4.5`;
  const get = (path: string, accept = "*/*"): RequestSeed => ({
    method: "GET",
    path,
    headers: { accept },
    body: latin1(""),
  });
  const part = (type: string, bytes: Uint8Array) =>
    Buffer.concat([latin1(`--b\r\nContent-Type: ${type}\r\n\r\n`), bytes, latin1("\r\n")]);
  const related = (type: string, ...bytes: Uint8Array[]): RequestSeed => ({
    method: "POST",
    path: `${root}/studies`,
    headers: { "content-type": `multipart/related; type="${type}"; boundary=b` },
    body: Buffer.concat([...bytes.map((one) => part(type, one)), latin1("--b--\r\n")]),
  });
  const upload: RequestSeed = {
    method: "POST",
    path: "/api/v1/images",
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: Buffer.concat([
      latin1('--b\r\nContent-Disposition: form-data; name="file"; filename="../../etc/a.dcm"\r\n\r\n'),
      madeFiles()[0]!,
      latin1("\r\n--b--\r\n"),
    ]),
  };
  return [
    get(`${root}/studies?PatientName=*&StudyDate=2020-&includefield=all&limit=5&offset=1&fuzzymatching=true`),
    get(`${root}/series?Modality=CT&SeriesNumber=1`),
    get(`${study}/instances?SOPInstanceUID=1.2,1.3`),
    get(`${study}/metadata`, "application/dicom+json"),
    get(`${instance}/frames/1,2`, 'multipart/related; type="application/octet-stream"; transfer-syntax=*'),
    get(`${instance}/rendered?window=40,400,linear&viewport=10,10&quality=50`, "image/jpeg"),
    get(`${instance}/bulkdata/00291010/1/7FE00010`, "application/octet-stream"),
    get(`${study}?accept=application/zip`),
    get(
      `${root}/wado?requestType=WADO&studyUID=1.2&seriesUID=1.3&objectUID=1.4&contentType=image/jpeg&rows=10`,
    ),
    ...madeFiles().map((file) => related("application/dicom", file, file)),
    related("application/dicom+json", latin1('[{"00080018":{"vr":"UI","Value":["1.2.3"]}}]')),
    related(
      "application/dicom+xml",
      latin1(
        '<?xml version="1.0"?><NativeDicomModel><DicomAttribute tag="00080018" vr="UI"><Value number="1">1.2.3</Value></DicomAttribute></NativeDicomModel>',
      ),
    ),
    upload,
  ];
}

const httpTokens = [
  "%2e%2e%2f",
  "%00",
  "\r\n\r\n",
  "&limit=-1",
  "&limit=99999999999",
  "&sort=-",
  "&after=x",
  "null",
  "[]",
  "{",
  "\u00ff",
  "'",
  '"',
  "\\",
  "1e999",
  "../",
].map(latin1);

/** Raw requests: each with one of its parts damaged, signed in with the token. */
export function httpInput(seeds: readonly RequestSeed[], random: Random, authorization: string): Buffer {
  const seed = random.pick(seeds);
  const others = seeds.map(({ path }) => latin1(path));
  const bent = (bytes: Uint8Array, maxBytes: number) =>
    mutate(bytes, random, { tokens: httpTokens, seeds: others, maxBytes });
  const what = random.below(4);
  const path =
    what === 0
      ? bent(latin1(seed.path), 8000)
          .toString("latin1")
          .replace(/[\r\n ]/g, "+")
      : seed.path;
  const body = what === 1 || what === 2 ? bent(seed.body, 64 * 1024) : Buffer.from(seed.body);
  let headers = Object.entries({ ...seed.headers, authorization, host: "localhost", connection: "close" });
  if (what === 3)
    headers = headers.map(([name, value]) =>
      name === "authorization"
        ? [name, value]
        : [
            name,
            bent(latin1(value), 2000)
              .toString("latin1")
              .replace(/[\r\n]/g, " "),
          ],
    );
  const length = random.chance(0.9) ? body.length : random.below(body.length * 2 + 2);
  const head = [
    `${seed.method} ${path} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `content-length: ${length}`,
  ].join("\r\n");
  return Buffer.concat([latin1(`${head}\r\n\r\n`), body]);
}

/** UIDs of the instance that the requests are about. */
export const knownUids = {
  StudyInstanceUID: "1.2.3",
  SeriesInstanceUID: "1.2.3.4",
  SOPInstanceUID: "1.2.3.4.5",
};

function fhirRequests(id: string): RequestSeed[] {
  const headers = { accept: "application/fhir+json", "content-type": "application/fhir+json" };
  const searches = [
    "Patient?identifier=urn:oid:1.2|4711,99&name:contains=Doe&birthdate=ge1970&_sort=-birthdate&_count=5",
    "ServiceRequest?patient.identifier=4711&status=active,completed&occurrence=lt2030-01-01T10:00:00%2B01:00",
    "ImagingStudy?started=2026&modality=CT&_include=ImagingStudy:patient&_elements=id,started",
    "DiagnosticReport?subject=Patient/1&issued=ge2020&_summary=data&_revinclude=*",
    "Task?_lastUpdated=gt2020-01-01&_page=f.abc",
    "AuditEvent?date=2026-01-01&agent=1",
    `Patient/${id}?_pretty=true&_format=json`,
    `Binary/${id}`,
    "metadata?mode=full",
  ].map((path) => ({ method: "GET", path: `/fhir/${path}`, headers, body: latin1("") }));
  const order = {
    resourceType: "ServiceRequest",
    status: "active",
    intent: "order",
    subject: { reference: `Patient/${id}` },
    code: { coding: [{ system: "x", code: "CTHEAD" }] },
    occurrenceDateTime: "2026-03-01T10:00:00Z",
    identifier: [{ value: "A1" }],
  };
  return [
    ...searches,
    { method: "POST", path: "/fhir/ServiceRequest", headers, body: latin1(JSON.stringify(order)) },
  ];
}

export const requestSeeds = (ids: readonly string[]): RequestSeed[] => [
  ...ids.flatMap(fhirRequests),
  ...ids.flatMap(apiRequests),
  ...ids.flatMap(dicomwebRequests),
];

/** What a peer sends on one connection: damaged anywhere. */
export function dimseInput(random: Random): Buffer {
  const seeds = conversations();
  const chosen = random.pick(seeds);
  return mutate(chosen, random, { tokens: pduTokens, seeds, maxBytes: 64 * 1024 });
}

/** What a system that speaks HL7 sends on one connection: one or two frames, damaged anywhere. */
export function hl7Input(random: Random): Buffer {
  const seeds = hl7Messages();
  const bent = (bytes: Uint8Array) =>
    mutate(bytes, random, { tokens: hl7Tokens, seeds, maxBytes: 64 * 1024 });
  const message = bent(random.pick(seeds));
  if (random.chance(0.2)) return bent(Buffer.concat([frameOf(message), frameOf(random.pick(seeds))]));
  return frameOf(message);
}
