import type { ImagingOrder } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { Tag } from "../kit/Tag.tsx";
import { contentCount } from "../studies/format.ts";
import { useTimeZone } from "../studies/queries.ts";
import { studyTone, studyWord } from "../studies/study-states.ts";
import { t } from "../words/words.ts";

/** Only what is of the order: by the patient, for images that were another's keep the number under which they came. */
const useStudiesOf = ({ id, patientId }: ImagingOrder, enabled: boolean) =>
  useQuery({
    queryKey: ["studies", "came-of-order", id],
    meta: { live: ["study", "image", "reconciliation", "report"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/studies", {
          params: { query: { patientId, limit: 100, sort: "-createdAt" } },
          signal,
        }),
      ),
    select: ({ data }) =>
      data.filter(({ orderId, numberOfInstances }) => orderId === id && numberOfInstances > 0),
    enabled,
  });

/** The images and reports that answer the order, for who may see them. */
export function CameOfIt({ order }: { order: ImagingOrder }) {
  const granted = useMe()?.permissions ?? [];
  const timeZone = useTimeZone();
  const studies = useStudiesOf(order, granted.includes("images.read")).data ?? [];
  if (studies.length === 0) return null;
  return (
    <section className="card-box" aria-label={t("What came of it")}>
      <h3>{t("What came of it")}</h3>
      <ul className="grid gap-2">
        {studies.map((study) => {
          return (
            <li key={study.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="min-w-0 flex-1">
                <span className="font-medium">{study.studyDescription ?? t("Study|order")}</span>
                <span className="block text-12 text-text-3">
                  {joined(
                    contentCount(study),
                    study.lastReceivedAt && momentIn(timeZone, study.lastReceivedAt),
                  )}
                </span>
              </span>
              <Tag tone={studyTone(study.status)}>{studyWord(study.status)}</Tag>
              <Link
                to="/studies/$studyInstanceUid/view"
                params={{ studyInstanceUid: study.studyInstanceUid }}
                className="btn"
              >
                {t("Images|order")}
              </Link>
              {granted.includes("reports.read") && (
                <Link to="/report/$studyId" params={{ studyId: study.id }} className="btn">
                  {t("Report|order")}
                </Link>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
