import type { ImagingOrder } from "@isocenter/contract";
import { useMe } from "../api/client.ts";
import { dayOf, momentIn } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { Paper, PaperFacts, PaperSignature } from "../kit/Paper.tsx";
import { sexWordOf } from "../patients/patient-words.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { appointmentWords, orderWord } from "./order-words.ts";
import { priorityWord } from "./priorities.ts";

/** The request as it goes with the patient: who, what, why and when. */
export function RequestPaper({ order, station }: { order: ImagingOrder; station: string }) {
  const timeZone = useTimeZone();
  const house = useMe()?.facilities.find(({ id }) => id === order.facilityId)?.name ?? "";
  const { patient } = order;
  return (
    <Paper house={house}>
      <h1>{t("Request: {examination}", { examination: order.procedureName })}</h1>
      <PaperFacts
        facts={[
          [t("Patient"), patient.name],
          [t("Birth date"), patient.birthDate && dayOf(patient.birthDate)],
          [t("Sex"), sexWordOf(patient.sex)],
          [t("Identifier"), joined(patient.identifier, patient.issuer)],
        ]}
      />
      <h2>{t("Examination")}</h2>
      <PaperFacts
        facts={[
          [
            t("Examination"),
            joined(order.procedureName, order.modality.replace("_", "/"), order.procedureCode),
          ],
          [t("Body part"), order.bodyPart],
          [t("Priority"), priorityWord(order.priority)],
          [t("Accession number"), order.accessionNumber],
          [t("Placer’s number"), order.placerOrderNumber],
          [t("Appointment"), appointmentWords(order, timeZone, station)],
          [t("State"), orderWord(order.status)],
          [t("Reason"), order.statusReason],
        ]}
      />
      <h2>{t("Clinical question")}</h2>
      <p className="whitespace-pre-line">{order.clinicalIndication}</p>
      {order.notes && (
        <>
          <h2>{t("Notes for the front desk and the technologist")}</h2>
          <p className="whitespace-pre-line">{order.notes}</p>
        </>
      )}
      <h2>{t("Asked for by")}</h2>
      <p>{joined(order.provider.name, momentIn(timeZone, order.orderedAt))}</p>
      <PaperSignature />
    </Paper>
  );
}
