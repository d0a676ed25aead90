import { describe, expect, test } from "vitest";
import {
  issuerOfSystem,
  numberSystem,
  readNumberSystem,
  schemeOfSystem,
  systemOfIssuer,
  systemOfScheme,
} from "./datatypes.ts";
import { dateTimeAt, daySpansOf, localSpansOf, readDate, spansOf } from "./dates.ts";
import { diagnosticReportStatus } from "./diagnostic-report.ts";
import { formatOf } from "./format.ts";
import { serviceRequestStatus } from "./order-status.ts";
import { named, readToken, splitEscaped } from "./token.ts";

const zone = "Europe/Berlin";
const span = (text: string) =>
  spansOf(readDate(text)!, zone).map(({ from, to }) => [
    from?.toISOString() ?? null,
    to?.toISOString() ?? null,
  ]);

describe("dates of searches", () => {
  test.each([
    ["2026", [["2025-12-31T23:00:00.000Z", "2026-12-31T23:00:00.000Z"]]],
    ["2026-03", [["2026-02-28T23:00:00.000Z", "2026-03-31T22:00:00.000Z"]]],
    // The day on which summer time begins has 23 hours.
    ["eq2026-03-29", [["2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"]]],
    ["gt2026-03-29", [["2026-03-29T22:00:00.000Z", null]]],
    ["ge2026-03-29", [["2026-03-28T23:00:00.000Z", null]]],
    ["lt2026-03-29", [[null, "2026-03-28T23:00:00.000Z"]]],
    ["le2026-03-29", [[null, "2026-03-29T22:00:00.000Z"]]],
    ["sa2026-03-29", [["2026-03-29T22:00:00.000Z", null]]],
    ["eb2026-03-29", [[null, "2026-03-28T23:00:00.000Z"]]],
    [
      "ne2026-03-29",
      [
        [null, "2026-03-28T23:00:00.000Z"],
        ["2026-03-29T22:00:00.000Z", null],
      ],
    ],
    ["2026-01-01T10:30Z", [["2026-01-01T10:30:00.000Z", "2026-01-01T10:31:00.000Z"]]],
    ["2026-01-01T10:30:15+01:00", [["2026-01-01T09:30:15.000Z", "2026-01-01T09:30:16.000Z"]]],
    ["ge2026-01-01T10:30:15.250Z", [["2026-01-01T10:30:15.250Z", null]]],
  ])("%s", (text, wanted) => expect(span(text)).toEqual(wanted));

  test("of days, and of times at the clock of a facility", () => {
    expect(daySpansOf(readDate("1970-02")!)).toEqual([{ from: "1970-02-01", to: "1970-03-01" }]);
    expect(daySpansOf(readDate("1970-02-01T00:00Z")!)).toBeNull();
    expect(localSpansOf(readDate("ge2026-01-05")!, zone)).toEqual([
      { from: "2026-01-05T00:00:00", to: null },
    ]);
    expect(localSpansOf(readDate("ge2026-01-05T08:00:00Z")!, zone)).toEqual([
      { from: "2026-01-05T09:00:00.000", to: null },
    ]);
  });

  test.each([
    "2026-02-30",
    "2026-13",
    "26",
    "2026-01-01T25:00Z",
    "2026-01-01T10:00+41:00",
    "2026-01-01T10:00-14:30",
    "ap2026",
    "",
    "0000",
    "9999-01-01",
    "2026-01-01 10:00",
  ])("%s is none", (text) => expect(readDate(text)).toBeNull());

  test("of studies are written with the offset of their day", () => {
    expect([
      dateTimeAt("2026-01-05", "09:15:00", zone),
      dateTimeAt("2026-07-05", "09:15:00", zone),
      dateTimeAt("2026-03-29", "12:00:00", zone),
    ]).toEqual(["2026-01-05T09:15:00+01:00", "2026-07-05T09:15:00+02:00", "2026-03-29T12:00:00+02:00"]);
    expect([
      dateTimeAt("2026-01-05", null, zone),
      dateTimeAt("2026-01-05", "20:00:00", "America/St_Johns"),
    ]).toEqual(["2026-01-05", "2026-01-05T20:00:00-03:30"]);
  });
});

test("tokens: of any system, of none, of one, and any code of it; escaped separators belong to them", () => {
  expect(["a", "|a", "s|a", "s|", "a\\|b"].map(readToken)).toEqual([
    { system: undefined, code: "a" },
    { system: null, code: "a" },
    { system: "s", code: "a" },
    { system: "s", code: null },
    { system: undefined, code: "a|b" },
  ]);
  expect(splitEscaped("a\\,b,c", ",")).toEqual(["a\\,b", "c"]);
  expect(named([readToken("active")], null, serviceRequestStatus).length).toBe(6);
  expect(named([readToken("other|active")], "system", serviceRequestStatus)).toEqual([]);
  expect(named([readToken("active")], null, serviceRequestStatus, true)).toEqual([
    "COMPLETED",
    "ON_HOLD",
    "CANCELLED",
    "DISCONTINUED",
  ]);
});

test("states are those of the department's tables", () => {
  expect(serviceRequestStatus).toEqual({
    PENDING: "active",
    SCHEDULED: "active",
    ARRIVED: "active",
    IN_PROGRESS: "active",
    PERFORMED: "active",
    COMPLETED: "completed",
    ON_HOLD: "on-hold",
    CANCELLED: "revoked",
    NO_SHOW: "active",
    DISCONTINUED: "revoked",
  });
  expect(Object.values(diagnosticReportStatus)).toEqual([
    "registered",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "appended",
    "cancelled",
    "entered-in-error",
  ]);
});

test("systems of issuers, schemes and numbers are read back", () => {
  for (const issuer of ["Clinic & Sons", "1.2.276.0.76", "https://clinic.example/ids", "urn:oid:1.2"]) {
    const system = systemOfIssuer(issuer);
    expect(system).toMatch(/^(urn:|https:)/);
    expect(systemOfIssuer(issuerOfSystem(system))).toBe(system);
  }
  for (const scheme of ["LN", "SCT", "99ISO", "L & R"])
    expect(schemeOfSystem(systemOfScheme(scheme))).toBe(scheme);
  expect(schemeOfSystem("http://elsewhere.example")).toBeUndefined();
  const facilityId = "0197d3f0-0000-7000-8000-000000000001";
  expect(readNumberSystem(numberSystem(facilityId, "accession-number"))).toEqual({
    facilityId,
    kind: "accession-number",
  });
  expect(readNumberSystem("urn:isocenter:facility:x:accession-number")).toBeNull();
});

test("the answer is FHIR's JSON of R4 or nothing", () => {
  for (const [accept, format, wanted] of [
    [undefined, null, "application/fhir+json"],
    ["*/*", null, "application/fhir+json"],
    ["application/json", null, "application/json"],
    ["application/fhir+xml, application/fhir+json;q=0.5", null, "application/fhir+json"],
    ["application/fhir+xml", "json", "application/fhir+json"],
    [undefined, "application/fhir json", "application/fhir+json"],
    ["application/fhir+json; fhirVersion=4.0", null, "application/fhir+json"],
  ] as const)
    expect([accept, format, formatOf(accept, format)]).toEqual([accept, format, wanted]);
  for (const [accept, format] of [
    ["application/fhir+xml", null],
    ["text/turtle", null],
    [undefined, "xml"],
    ["*/*", "application/fhir+xml"],
    ["application/fhir+json; fhirVersion=5.0", null],
    ["application/fhir+json;q=0", null],
  ] as const)
    expect(() => formatOf(accept, format)).toThrow();
});
