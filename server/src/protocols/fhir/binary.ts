import { Refusal } from "../../platform/index.ts";
import { referTo } from "./datatypes.ts";
import type { Binary } from "./r4.ts";
import { readForm } from "./report-form.ts";
import { type Asked, type Resource, resource } from "./resource.ts";

const idPattern = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,6})$/i;

/** The letter of a report's version, as it is made for the viewer. @throws Refusal `not-found` */
export async function readBinary(
  asked: Asked,
  id: string,
): Promise<{ bytes: Uint8Array; reportId: string; number: number }> {
  const match = idPattern.exec(id);
  if (!match) throw new Refusal("not-found", "binary.not-found", "There is no such file.");
  const reportId = match[1]!.toLowerCase();
  const number = Number(match[2]);
  const { paper, bytes } = await readForm(asked, reportId, number);
  await asked.deps.journal.access(asked.viewer, {
    action: "report.printed",
    subject: { type: "report", id: reportId },
    data: { version: paper.version, status: paper.status },
  });
  return { bytes, reportId, number };
}

export const binaries: Resource = resource<Binary, never>({
  type: "Binary",
  permission: "reports.read",
  documentation:
    "The letter of a report (PDF), as DiagnosticReport.presentedForm names it: the file itself, or this resource where JSON is asked for.",
  async read(asked, id) {
    const { bytes, reportId } = await readBinary(asked, id);
    return {
      resourceType: "Binary",
      id,
      contentType: "application/pdf",
      securityContext: referTo("DiagnosticReport", reportId),
      data: Buffer.from(bytes).toString("base64"),
    };
  },
  summary: ["contentType", "securityContext"],
  mandatory: ["contentType"],
});
