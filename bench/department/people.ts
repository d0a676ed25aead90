import type { Role } from "@isocenter/contract";
import { foldUsername } from "@isocenter/server/modules/identity/names.ts";
import { nameKeys } from "@isocenter/server/modules/patients/index.ts";
import type { Rows } from "./copy.ts";
import { idOf, type Random } from "./random.ts";

const families =
  "Adams Bauer Bernard Brown Clark Costa Dubois Durand Fischer Garcia Haddad Hansen Ivanova Jansen Keller Kowalski Larsen Lefebvre Lopez Martin Meyer Moreau Müller Nakamura Novak Nguyen O'Brien Okafor Petrov Popescu Ricci Rossi Santos Schmidt Silva Smith Svensson Tanaka Thomas Vogel Wagner Weber Wilson Yilmaz Zimmermann".split(
    " ",
  );
const givens =
  "Ada Ahmed Alice Anna Béatrice Boris Carla Chiara David Elena Emil Eva Fatima Felix Frank Grace Hana Hugo Ines Ivan Jan Jane Jean Jonas Julia Karim Klara Lea Leon Lucas Lucía Maria Marie Max Mia Nadia Noah Nora Olga Oscar Paul Pia Rosa Samuel Sara Sofia Stefan Tom Ursula Victor Wei Yusuf Zoé".split(
    " ",
  );

export interface Facility {
  id: string;
  stations: { id: string; aeTitle: string; modality: string }[];
  procedures: Procedure[];
  physicians: Person[];
  readers: Person[];
  residents: Person[];
  billing: Person;
  desk: Person;
}

export interface Person {
  id: string;
  name: string;
  username: string;
}

export interface Procedure {
  id: string;
  code: string;
  name: string;
  modality: string;
  bodyPart: string;
  minutes: number;
  price: number;
}

const catalogue: readonly [modality: string, parts: readonly string[], minutes: number, price: number][] = [
  ["CT", ["HEAD", "CHEST", "ABDOMEN", "SPINE"], 20, 24_000],
  ["MR", ["BRAIN", "KNEE", "LSPINE", "SHOULDER"], 40, 42_000],
  ["US", ["ABDOMEN", "THYROID", "PELVIS"], 20, 9_000],
  ["DX", ["CHEST", "HAND", "HIP", "KNEE"], 10, 4_500],
  ["MG", ["BREAST"], 15, 11_000],
];
const zones = ["Europe/Paris", "America/New_York", "Europe/Berlin"];

/** Three facilities with their stations, catalogue and people, made at a time. Readers and residents work at all of them, others at one. */
export function addPeople(rows: Rows, at: number, passwordHash: string): Facility[] {
  const created = new Date(at);
  let people = 0;
  const person = (role: Role, facilityIds: readonly string[]): Person => {
    const n = people++;
    const id = idOf(2, at, n);
    const name = `${givens[(n * 7) % givens.length]} ${families[(n * 11) % families.length]}`;
    const username = `seed-${role.toLowerCase().replace("_", "-")}-${n}`;
    rows.add("app_user", {
      id,
      username,
      username_folded: foldUsername(username),
      full_name: name,
      password_hash: passwordHash,
      password_changed_at: created,
      created_at: created,
    });
    rows.add("user_role", { user_id: id, role });
    facilityIds.forEach((facilityId, position) => {
      rows.add("user_facility", { user_id: id, facility_id: facilityId, position });
    });
    return { id, name, username };
  };
  const facilityIds = zones.map((_, n) => idOf(1, at, n));
  for (const [n, id] of facilityIds.entries())
    rows.add("facility", {
      id,
      name: `Seeded facility ${n + 1}`,
      time_zone: zones[n]!,
      patient_id_issuer: `SEED${n + 1}`,
      created_at: created,
    });
  const many = (count: number, role: Role, at: readonly string[]) =>
    Array.from({ length: count }, () => person(role, at));
  person("ADMINISTRATOR", facilityIds);
  const readers = many(10, "RADIOLOGIST", facilityIds);
  const residents = many(4, "RESIDENT", facilityIds);
  return facilityIds.map((id, n) => {
    const stations = catalogue.map(([modality], k) => ({
      id: idOf(3, at, n * 10 + k),
      aeTitle: `${modality}_${n + 1}`,
      modality,
    }));
    for (const station of stations)
      rows.add("station", {
        id: station.id,
        facility_id: id,
        ae_title: station.aeTitle,
        name: `${station.modality} ${n + 1}`,
        modalities: [station.modality],
        opening_hours: Object.fromEntries(
          ["1", "2", "3", "4", "5", "6", "7"].map((day) => [day, [["07:00", "20:00"]]]),
        ),
        created_at: created,
        updated_at: created,
      });
    const procedures = catalogue
      .flatMap(([modality, parts, minutes, price]) =>
        parts.map((bodyPart) => ({ modality, bodyPart, minutes, price })),
      )
      .map((one, k) => ({
        ...one,
        id: idOf(4, at, n * 100 + k),
        code: `${one.modality}${one.bodyPart}`,
        name: `${one.modality} ${one.bodyPart}`,
      }));
    for (const one of procedures)
      rows.add("procedure", {
        id: one.id,
        facility_id: id,
        code: one.code,
        name: one.name,
        modality: one.modality,
        body_part: one.bodyPart,
        duration_minutes: one.minutes,
        price_amount: one.price,
        price_currency: "EUR",
        created_at: created,
        updated_at: created,
      });
    many(2, "TECHNOLOGIST", [id]);
    const physicians = many(8, "PHYSICIAN", [id]);
    return {
      id,
      stations,
      procedures,
      physicians,
      readers,
      residents,
      desk: person("FRONT_DESK", [id]),
      billing: person("BILLING", [id]),
    };
  });
}

export interface SeededPatient {
  id: string;
  name: string;
  identifier: string;
  issuer: string;
  birthDate: string;
  sex: "F" | "M";
  facility: Facility;
  physician: Person;
}

/** The n-th patient, known at one facility and in the care of one of its physicians. */
export function addPatient(
  rows: Rows,
  facilities: readonly Facility[],
  dice: Random,
  at: number,
  n: number,
): SeededPatient {
  const number = dice.below(facilities.length);
  const facility = facilities[number]!;
  const family = dice.of(families);
  const given = dice.of(givens);
  const middle = dice.chance(0.3) ? dice.of(givens) : "";
  const name = [family, given, middle].join("^").replace(/\^+$/, "");
  const birthDate = new Date(Date.UTC(1930 + dice.below(90), dice.below(12), 1 + dice.below(28)))
    .toISOString()
    .slice(0, 10);
  const sex = dice.chance(0.52) ? "F" : "M";
  const created = new Date(at);
  const id = idOf(5, at, n);
  const keys = nameKeys(name);
  const patient: SeededPatient = {
    id,
    name,
    identifier: `S${String(n + 1).padStart(7, "0")}`,
    issuer: `SEED${number + 1}`,
    birthDate,
    sex,
    facility,
    physician: dice.of(facility.physicians),
  };
  rows.add("patient", {
    id,
    family,
    given,
    middle,
    name,
    name_folded: keys.folded,
    other_names_folded: keys.others,
    name_sounds: keys.sounds,
    birth_date: birthDate,
    sex,
    created_at: created,
    updated_at: created,
  });
  rows.add("patient_identifier", {
    id: idOf(6, at, n),
    patient_id: id,
    value: patient.identifier,
    issuer: patient.issuer,
  });
  rows.add("patient_facility", { patient_id: id, facility_id: facility.id, created_at: created });
  rows.add("care_relation", {
    patient_id: id,
    facility_id: facility.id,
    person_id: patient.physician.id,
    source: "order",
    created_at: created,
  });
  return patient;
}
