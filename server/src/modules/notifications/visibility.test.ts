import type { Role } from "@isocenter/contract";
import { viewerAt } from "@isocenter/test/support/archive.ts";
import { expect, test } from "vitest";
import type { SealedFact } from "../journal/index.ts";
import { careKey, maySee } from "./visibility.ts";

const facilityId = "01900000-0000-7000-8000-000000000001";
const patientId = "01900000-0000-7000-8000-000000000002";

const fact = (type: string, people: string[] = []): SealedFact => ({
  id: "",
  position: 1,
  type,
  actor: { kind: "user", id: "", name: "" },
  requestId: "",
  facilityId,
  patientId,
  subject: { type: "report", id: "" },
  people,
  outcome: "success",
  data: {},
  recordedAt: new Date(0),
});

const signed = ["report.signed", "report.amended", "report.entered-in-error"];
const drafts = [
  "report.created",
  "report.changed",
  "report.submitted",
  "report.cancelled",
  "report.discrepancy",
];

test.each<[Role, boolean, boolean]>([
  ["ADMINISTRATOR", true, true],
  ["RADIOLOGIST", true, true],
  ["RESIDENT", true, true],
  ["TECHNOLOGIST", true, false],
  ["BILLING", true, false],
  ["INTEGRATION", true, false],
  ["FRONT_DESK", false, false],
])("%s learns of signed reports: %s, of drafts: %s", (role, ofSigned, ofDrafts) => {
  const viewer = viewerAt([facilityId], { roles: [role] });
  for (const type of signed) expect([type, maySee(viewer, fact(type), new Set())]).toEqual([type, ofSigned]);
  for (const type of drafts) expect([type, maySee(viewer, fact(type), new Set())]).toEqual([type, ofDrafts]);
});

test("a physician learns of signed reports in their care alone, and of no draft, though it concerns them", () => {
  const viewer = viewerAt([facilityId], { roles: ["PHYSICIAN"] });
  const care = new Set([careKey({ personId: viewer.id, patientId, facilityId })]);
  for (const type of signed) {
    expect(maySee(viewer, fact(type), care)).toBe(true);
    expect(maySee(viewer, fact(type, [viewer.id]), new Set())).toBe(false);
  }
  for (const type of drafts) expect(maySee(viewer, fact(type, [viewer.id]), care)).toBe(false);
  expect(maySee(viewer, fact("reading.claimed", [viewer.id]), care)).toBe(false);
});

test("whoever is elsewhere learns of nothing", () => {
  const viewer = viewerAt([patientId], { roles: ["RADIOLOGIST"] });
  for (const type of [...signed, ...drafts, "reading.claimed"])
    expect(maySee(viewer, fact(type), new Set())).toBe(false);
});
