import type { Archive } from "../../modules/archive/index.ts";
import type { Journal } from "../../modules/journal/index.ts";
import { applyRules, rulesAt } from "../../modules/peers/index.ts";
import type { Clock } from "../../platform/index.ts";

/** Settled studies go where the routing rules of their facility say. Register it before the journal starts. */
export function registerRouting(
  platform: { clock: Clock },
  journal: Journal,
  archive: Pick<Archive, "routedStudy">,
): void {
  const deps = { clock: platform.clock, journal };
  journal.registerReader({
    name: "routing",
    types: ["study.settled"],
    startAt: "now",
    async handle(tx, facts) {
      for (const { facilityId, subject } of facts) {
        const rules = facilityId === null ? [] : await rulesAt(tx, facilityId);
        if (rules.length === 0) continue;
        const found = await archive.routedStudy(tx, subject.id);
        if (!found) continue;
        // It may have gone to another facility since: then the rules of that one count, not those of where it settled.
        const theirs = found.facilityId === facilityId ? rules : await rulesAt(tx, found.facilityId);
        await applyRules(deps, tx, theirs, found.facilityId, found.patientId, found.study);
      }
    },
  });
}
