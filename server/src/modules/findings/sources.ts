import type { Tx } from "../../platform/index.ts";
import { departmentHeadOf, onCallColleagueOf } from "../identity/index.ts";
import { careTeamOf } from "../patients/index.ts";
import type { LadderSources } from "./context.ts";

/** What is found for each of the people, each once. */
async function forEach(
  people: readonly string[],
  find: (person: string) => Promise<string | null>,
): Promise<string[]> {
  const found = new Set<string>();
  for (const person of people) {
    const one = await find(person);
    if (one !== null) found.add(one);
  }
  return [...found];
}

/** On-call rosters and departments of the staff, and care teams. */
export const ladderSources: LadderSources = {
  onCallColleaguesOf: (tx: Tx, people, { facilityId, at }) =>
    forEach(people, async (person) => (await onCallColleagueOf(tx, facilityId, person, at))?.userId ?? null),
  careTeamOf: async (tx, { patientId, facilityId }) =>
    (await careTeamOf(tx, patientId, facilityId)).map(({ userId }) => userId),
  departmentHeadsOf: (tx, people, { facilityId }) =>
    forEach(people, (person) => departmentHeadOf(tx, facilityId, person)),
  async studyOfReport(reader, reportId) {
    const [report] = await reader<{ studyId: string }[]>`
      select study_id as "studyId" from report where id = ${reportId}`;
    return report?.studyId ?? null;
  },
};
