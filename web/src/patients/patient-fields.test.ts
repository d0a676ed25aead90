import type { Patient } from "@isocenter/contract";
import { expect, test } from "vitest";
import { changesOf, checkPatient, emptyFields, fieldsOf, newPatientOf } from "./patient-fields.ts";
import { nameOf, personLine } from "./patient-words.ts";
import { readPatientsState } from "./patients-state.ts";

const good = { ...emptyFields, lastName: "Roe", firstName: "Jane", birthDate: "1970-01-02", sex: "F" };

test("a patient needs both names, a day of birth that has been, and a sex", () => {
  expect(checkPatient(good, "2026-01-05")).toEqual({});
  expect(Object.keys(checkPatient(emptyFields, "2026-01-05")).sort()).toEqual([
    "birthDate",
    "firstName",
    "lastName",
    "sex",
  ]);
  expect(checkPatient({ ...good, birthDate: "2026-01-06" }, "2026-01-05").birthDate).toContain("to come");
  expect(checkPatient({ ...good, middleName: "A^B" }, "2026-01-05").middleName).toContain("^");
  expect(checkPatient({ ...good, email: "jane" }, "2026-01-05").email).toBeDefined();
});

test("what is left empty is not sent as text", () => {
  expect(newPatientOf({ ...good, phone: " " })).toMatchObject({ phone: null, email: null });
  expect(newPatientOf(good)).not.toHaveProperty("identifiers");
  expect(newPatientOf({ ...good, identifier: " 77 " }).identifiers).toEqual([{ value: "77" }]);
});

test("only what differs is changed", () => {
  const patient = {
    ...good,
    middleName: "",
    phone: null,
    email: null,
    address: null,
    identifiers: [],
  } as never as Patient;
  const before = fieldsOf(patient);
  expect(changesOf(before, before)).toEqual({});
  expect(changesOf(before, { ...before, phone: "12", lastName: "Roe " })).toEqual({ phone: "12" });
  expect(changesOf({ ...before, phone: "12" }, before)).toEqual({ phone: null });
});

test("a patient is named and described as a department does", () => {
  expect(nameOf({ lastName: "Roe", firstName: "Jane", middleName: "Ann" })).toBe("Roe, Jane Ann");
  expect(personLine({ sex: "F", birthDate: "1967-03-02" }, "2025-11-20")).toBe(
    "female · 58 y · born 2 Mar 1967",
  );
  expect(personLine({ sex: null, birthDate: null }, "2025-11-20")).toBe("");
});

test("the address of the list keeps the search and the place, and nothing else", () => {
  expect(readPatientsState({ query: " roe ", after: "abc", offset: "50", x: 1 })).toEqual({
    query: " roe ",
    after: "abc",
    offset: 50,
  });
  expect(readPatientsState({ query: "", after: "abc" })).toEqual({});
});
