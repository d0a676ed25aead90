import type { Role } from "@isocenter/contract";
import { type Call, must, type Person } from "./desk.ts";
import { familyNames, givenNames, procedures } from "./invented.ts";

export interface Station {
  id: string;
  aeTitle: string;
  modality: string;
}

/** A department at one facility, as it stands before the first order. */
export interface Department {
  facilityId: string;
  timeZone: string;
  admin: Person;
  people: Readonly<Partial<Record<Role, readonly Person[]>>>;
  stations: readonly Station[];
}

export interface DepartmentPlan {
  facilityId: string;
  timeZone: string;
  /** Before every user name and AE title, so that two departments do not meet. */
  prefix: string;
  currency: string;
  /** How many work in each role. */
  staff: Readonly<Partial<Record<Role, number>>>;
  /** The password of each user name. */
  password: (username: string) => string;
  /** From when on the roster says who is on call, and for how many days. */
  from: Date;
  days: number;
}

const professions: Partial<Record<Role, string>> = {
  PHYSICIAN: "PHYSICIAN",
  RADIOLOGIST: "PHYSICIAN",
  RESIDENT: "PHYSICIAN",
  TECHNOLOGIST: "RADIOGRAPHER",
};
const openingHours = Object.fromEntries(
  ["1", "2", "3", "4", "5", "6", "7"].map((day) => [day, [["07:00", "20:00"]]]),
);
const dayMs = 86_400_000;

async function hire(
  call: Call,
  admin: Person,
  plan: DepartmentPlan,
  role: Role,
  number: number,
): Promise<Person> {
  const username = `${plan.prefix}-${role.toLowerCase().replaceAll("_", "-")}${number === 0 ? "" : number + 1}`;
  const at = [...username].reduce((sum, letter) => sum + letter.codePointAt(0)!, number * 7);
  const [firstName, lastName] = [
    givenNames[at % givenNames.length]!,
    familyNames[(at * 3 + 1) % familyNames.length]!,
  ];
  const { facilityId } = plan;
  const name = `${firstName} ${lastName}`;
  const user = await must(
    call(admin, "POST", "/users", {
      username,
      fullName: name,
      roles: [role],
      facilityIds: [facilityId],
      password: plan.password(username),
    }),
  );
  const profession = professions[role];
  if (profession)
    await must(
      call(admin, "POST", "/staff", {
        firstName,
        lastName,
        profession,
        department: role === "PHYSICIAN" ? "Emergency" : "Radiology",
        facilityIds: [facilityId],
        userId: user.id,
      }),
    );
  return { id: user.id, username, name, facilityId };
}

/** Makes people, their departments, rosters, stations, the catalogue and templates, through the API as the administrator. */
export async function establishDepartment(
  call: Call,
  admin: Person,
  plan: DepartmentPlan,
): Promise<Department> {
  const { facilityId, timeZone, prefix, currency } = plan;
  const people: Partial<Record<Role, Person[]>> = {};
  for (const [role, count] of Object.entries(plan.staff) as [Role, number][]) {
    const hired: Person[] = [];
    for (let number = 0; number < count; number++) hired.push(await hire(call, admin, plan, role, number));
    people[role] = hired;
  }
  const heads: readonly [string, readonly Person[]][] = [
    ["Emergency", people.PHYSICIAN ?? []],
    ["Radiology", people.RADIOLOGIST ?? []],
  ];
  const known = (await must(call(admin, "GET", `/departments?facilityId=${facilityId}&limit=200`))).data;
  for (const [name, members] of heads) {
    const department = known.find((one: { name: string }) => one.name === name);
    if (!department || members.length === 0) continue;
    await must(
      call(admin, "PATCH", `/departments/${department.id}`, {
        headId: members.at(-1)!.id,
        expectedVersion: department.version,
      }),
    );
    const entries = Array.from({ length: plan.days }, (_, day) => ({
      userId: members[day % members.length]!.id,
      startsAt: new Date(plan.from.getTime() + day * dayMs).toISOString(),
      endsAt: new Date(plan.from.getTime() + (day + 1) * dayMs).toISOString(),
    }));
    const [from, to] = [entries[0]!.startsAt, entries.at(-1)!.endsAt];
    await must(
      call(admin, "PUT", "/on-call", { facilityId, service: name, from, to, entries, expectedVersion: 0 }),
    );
  }
  const stations: Station[] = [];
  for (const modality of new Set(procedures.map((procedure) => procedure.modality))) {
    const aeTitle = `${prefix.toUpperCase()}_${modality}1`;
    const made = await must(
      call(admin, "POST", "/stations", {
        facilityId,
        aeTitle,
        name: `${modality} room`,
        modalities: [modality],
        openingHours,
      }),
    );
    stations.push({ id: made.id, aeTitle, modality });
  }
  for (const modality of ["CT", "MR"]) {
    const sections = { technique: `${modality} by the department's protocol.`, comparison: "None." };
    await must(
      call(admin, "POST", "/report-templates", {
        facilityId,
        name: `${prefix} ${modality} general`,
        modality,
        sections,
      }),
    );
  }
  for (const procedure of procedures)
    await must(call(admin, "POST", "/procedures", { facilityId, ...procedure, currency }));
  return { facilityId, timeZone, admin, people, stations };
}
