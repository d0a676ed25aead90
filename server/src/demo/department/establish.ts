import type { Role } from "@isocenter/contract";
import type { CastMember } from "./cast.ts";
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

/** A station before it is there; the AE title comes after the prefix. */
export interface Room {
  aeTitle: string;
  name: string;
  modality: string;
  openingHours: object;
}

export interface DepartmentPlan {
  facilityId: string;
  timeZone: string;
  /** Before every user name and AE title, so that two departments do not meet. */
  prefix: string;
  currency: string;
  /** How many work in each role, or who they are. */
  staff: Readonly<Partial<Record<Role, number>>> | readonly CastMember[];
  /** One room for each modality when left out. */
  rooms?: readonly Room[];
  /** The password of each user name. */
  password: (username: string) => string;
  /** From when on the roster says who is on call, and for how many days. */
  from: Date;
  days: number;
}

const professions: Partial<Record<Role, string>> = {
  PHYSICIAN: "Physician",
  RADIOLOGIST: "Physician",
  RESIDENT: "Physician",
  TECHNOLOGIST: "Radiographer",
};
/** The same on each of these days, Monday being 1. */
export const openOn = (days: string, from: string, to: string): object =>
  Object.fromEntries([...days].map((day) => [day, [[from, to]]]));
const dayMs = 86_400_000;

/** Somebody of an invented name for a department that needs so many in a role. */
function anybody(plan: DepartmentPlan, role: Role, number: number): CastMember {
  const username = `${role.toLowerCase().replaceAll("_", "-")}${number === 0 ? "" : number + 1}`;
  const at = [...`${plan.prefix}-${username}`].reduce(
    (sum, letter) => sum + letter.codePointAt(0)!,
    number * 7,
  );
  const profession = professions[role];
  return {
    role,
    username,
    firstName: givenNames[at % givenNames.length]!,
    lastName: familyNames[(at * 3 + 1) % familyNames.length]!,
    ...(profession ? { profession, department: role === "PHYSICIAN" ? "Emergency" : "Radiology" } : {}),
  };
}

async function hire(
  call: Call,
  admin: Person,
  { prefix, facilityId, password }: DepartmentPlan,
  { role, username: name, firstName, lastName, profession, department }: CastMember,
): Promise<Person> {
  const username = `${prefix}-${name}`;
  const fullName = `${firstName} ${lastName}`;
  const user = await must(
    call(admin, "POST", "/users", {
      username,
      fullName,
      roles: [role],
      facilityIds: [facilityId],
      password: password(username),
    }),
  );
  if (profession)
    await must(
      call(admin, "POST", "/staff", {
        firstName,
        lastName,
        profession,
        department,
        facilityIds: [facilityId],
        userId: user.id,
      }),
    );
  return { id: user.id, username, name: fullName, facilityId };
}

/** Makes people, their departments, rosters, stations, the catalogue and templates, through the API as the administrator. */
export async function establishDepartment(
  call: Call,
  admin: Person,
  plan: DepartmentPlan,
): Promise<Department> {
  const { facilityId, timeZone, prefix, currency } = plan;
  const people: Partial<Record<Role, Person[]>> = {};
  const members = Array.isArray(plan.staff)
    ? (plan.staff as readonly CastMember[])
    : (Object.entries(plan.staff) as [Role, number][]).flatMap(([role, count]) =>
        Array.from({ length: count }, (_, number) => anybody(plan, role, number)),
      );
  for (const member of members) {
    people[member.role] ??= [];
    people[member.role]!.push(await hire(call, admin, plan, member));
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
  const rooms =
    plan.rooms ??
    [...new Set(procedures.map((procedure) => procedure.modality))].map((modality) => ({
      aeTitle: `${modality}1`,
      name: `${modality} room`,
      modality,
      openingHours: openOn("1234567", "07:00", "20:00"),
    }));
  for (const { modality, ...room } of rooms) {
    const aeTitle = `${prefix.toUpperCase()}_${room.aeTitle}`;
    const made = await must(
      call(admin, "POST", "/stations", { ...room, facilityId, aeTitle, modalities: [modality] }),
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
