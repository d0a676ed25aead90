import type { Study } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { joined } from "../kit/joined.ts";
import { useNow } from "../kit/now.ts";
import { SeverityTag } from "../kit/Tag.tsx";
import { t } from "../words/words.ts";
import { deadlineOf } from "./deadline.ts";

const most = 50;

/** Critical findings of an examination beside its report: what was raised, and whether somebody has answered. */
export function RaisedHere({ study }: { study: Pick<Study, "id" | "patientId"> }) {
  const may = useMe()?.permissions.includes("findings.read") ?? false;
  const now = useNow();
  const { id, patientId } = study;
  const list = useQuery({
    queryKey: ["findings", "of-patient", patientId],
    meta: { live: ["finding", "patient", "reconciliation"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/critical-findings", { params: { query: { patientId, limit: most } }, signal }),
      ),
    enabled: may,
  });
  const here = (list.data?.data ?? []).filter(({ studyId, status }) => studyId === id && status !== "VOID");
  if (here.length === 0) return null;
  return (
    <section aria-label={t("Critical findings")}>
      <h3 className="text-12 text-text-3">{t("Critical findings")}</h3>
      <ul className="mt-1 grid gap-1">
        {here.map((finding) => (
          <li key={finding.id} className="prior">
            <SeverityTag severity={finding.severity} />{" "}
            <Link to="/findings" search={{ finding: finding.id }} className="link [overflow-wrap:anywhere]">
              {finding.description}
            </Link>
            <p>
              {joined(
                deadlineOf(finding, now).text,
                finding.acknowledgement?.by.name ??
                  (finding.recipients.at(-1) &&
                    t("Told: {name}", { name: finding.recipients.at(-1)?.name ?? "" })),
              )}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
