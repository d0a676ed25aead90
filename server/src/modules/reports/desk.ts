import type { Report, ReportListQuery } from "@isocenter/contract";
import { type ListPage, type ListRange, mapPage, Refusal, reach, type Viewer } from "../../platform/index.ts";
import { imagesOf } from "../archive/index.ts";
import { noteDeliveries } from "./deliveries.ts";
import type { ReportsDeps } from "./deps.ts";
import { getReport, listReports, type ReportsOf, type Shown, showReport } from "./queries.ts";
import { noteOpened } from "./readers.ts";
import { noReport } from "./report.ts";
import { type FoundReport, type ReportCondition, searchReports } from "./search.ts";

export type Desk = ReturnType<typeof reportDesk>;

/** How reports come to people: who looks is written down, and so is what was refused. */
export function reportDesk({ platform, journal }: Pick<ReportsDeps, "platform" | "journal">) {
  const { db, clock } = platform;

  /** Notes who got which signed version for the first time, so that they are told when another follows. */
  async function delivered(viewer: Viewer, shown: readonly Shown[]): Promise<void> {
    if (viewer.kind !== "user") return;
    const signed = shown.flatMap(({ delivered, report: { id, signedAt, versionNumber } }) =>
      !delivered && signedAt !== null && versionNumber !== null
        ? [{ reportId: id, number: versionNumber, recipient: { kind: "user", id: viewer.id }, way: "viewed" }]
        : [],
    );
    await noteDeliveries(db, signed, clock.now());
  }

  async function read(viewer: Viewer, reportId: string): Promise<Report> {
    return await getReport(db, viewer, reportId, clock.now());
  }

  return {
    read,
    /** The report, for somebody who opens it. */
    async open(viewer: Viewer, reportId: string): Promise<Report> {
      const shown = await showReport(db, viewer, reportId, clock.now());
      const { report } = shown;
      await journal.access(viewer, {
        action: "report.viewed",
        subject: { type: "report", id: reportId },
        patientId: report.patientId,
        facilityId: report.facilityId,
      });
      await delivered(viewer, [shown]);
      if (viewer.kind === "user" && reach(viewer, "reports.write") !== null && !shown.atWork)
        await noteOpened(db, reportId, viewer.id, await imagesOf(db, report.studyId), clock.now());
      return report;
    },
    async list(viewer: Viewer, of: ReportsOf, query: ReportListQuery) {
      const page = await listReports(db, viewer, of, query, clock.now());
      await journal.access(viewer, {
        action: "report.searched",
        subject: { type: "search", id: "reports" },
        patientId: "patientId" in of ? of.patientId : (page.data[0]?.report.patientId ?? null),
        data: { ...of, found: page.total },
      });
      await delivered(viewer, page.data);
      return mapPage(page, ({ report }) => report);
    },
    /** What fits all of the conditions. */
    async search(
      viewer: Viewer,
      conditions: readonly ReportCondition[],
      range: ListRange & { sort?: string },
    ): Promise<ListPage<FoundReport>> {
      const page = await searchReports(db, viewer, conditions, range, clock.now());
      const patients = new Set(page.data.map(({ report }) => report.patientId));
      await journal.access(viewer, {
        action: "report.searched",
        subject: { type: "search", id: "reports" },
        patientId: patients.size === 1 ? [...patients][0]! : null,
        data: { found: page.total },
      });
      await delivered(viewer, page.data);
      return page;
    },
    /** The same of one, opened. @throws Refusal `not-found` (`report.not-found`) */
    async openFound(viewer: Viewer, reportId: string): Promise<FoundReport> {
      await this.open(viewer, reportId);
      const one = [{ by: "ids" as const, values: [reportId] }];
      const { data } = await searchReports(db, viewer, one, { limit: 1 }, clock.now());
      if (!data[0]) throw noReport();
      return data[0];
    },
    /** Does it, or writes down that the rules said no; who changed an older version gets the newer text with the refusal. */
    async attempt(
      viewer: Viewer,
      reportId: string,
      what: string,
      work: () => Promise<void>,
    ): Promise<Report> {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Refusal) || error.kind !== "conflict") throw error;
        await journal.access(viewer, {
          action: "report.refused",
          subject: { type: "report", id: reportId },
          outcome: "refused",
          data: { what, code: error.code, ...(error.members.state ? { state: error.members.state } : {}) },
        });
        if (error.code !== "version.conflict") throw error;
        throw new Refusal(error.kind, error.code, error.message, {
          members: { current: await read(viewer, reportId) },
        });
      }
      return await read(viewer, reportId);
    },
  };
}
