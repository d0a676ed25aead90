import { describe, expect, it } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import { ageAt, distinctPatients, isSamePatient, patientOf } from "./patient.ts";

const person = (values: Parameters<typeof dataSet>[0]) => patientOf(dataSet(values));

describe("patients", () => {
  it("are the same however the name is written", () => {
    const a = person({ PatientName: "Buc^Jérôme", PatientID: "1", PatientBirthDate: "19670302" });
    expect(isSamePatient(a, person({ PatientName: "BUC^JEROME^", PatientID: "1" }))).toBe(true);
    expect(isSamePatient(a, person({ PatientName: "Buc^Jérôme", PatientID: "2" }))).toBe(false);
    expect(isSamePatient(a, person({ PatientName: "Other^Person", PatientID: "1" }))).toBe(false);
    expect(isSamePatient(a, { ...a, birthDate: "1967-03-03" })).toBe(false);
    expect(isSamePatient({ ...a, issuer: "X" }, { ...a, issuer: "Y" })).toBe(false);
    expect(isSamePatient({ ...a, issuer: "X" }, a)).toBe(true);
  });

  it("are listed once each", () => {
    const a = person({ PatientName: "A^B", PatientID: "1" });
    const b = person({ PatientName: "C^D", PatientID: "2" });
    expect(distinctPatients([a, b, { ...a }, b])).toEqual([a, b]);
  });

  it("have an age in years, months or days at the study", () => {
    expect(ageAt("1967-03-02", "2025-11-20")).toBe("58 y");
    expect(ageAt("1967-03-02", "2025-03-01")).toBe("57 y");
    expect(ageAt("2025-01-10", "2025-11-20")).toBe("10 m");
    expect(ageAt("2025-11-01", "2025-11-20")).toBe("19 d");
    expect(ageAt("2026-01-01", "2025-11-20")).toBeUndefined();
    expect(ageAt(undefined, "2025-11-20")).toBeUndefined();
    expect(person({ PatientAge: "058Y" }).age).toBe("58 y");
  });
});
