import type { DemoNewcomer } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, chooseFacility, chosenFacility, useMe } from "../../api/client.ts";
import { queryClient } from "../../api/live.ts";
import { Button } from "../../kit/Button.tsx";
import { dayOf } from "../../kit/dates.ts";
import { FormDialog } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { useSystem } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { InTheWay, recordsOf } from "./InTheWay.tsx";

/** The demonstration that is there, with the one button that takes all of it away. */
export function DemonstrationCard() {
  const me = useMe();
  const may = me?.permissions.includes("demo.manage") ?? false;
  const { loaded = false } = useSystem(may).data?.demo ?? {};
  const progress = useQuery({
    queryKey: ["demo", "progress"],
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/demo", { signal })),
    enabled: may && loaded,
  });
  const [asking, setAsking] = useState(false);
  const [inTheWay, setInTheWay] = useState<readonly DemoNewcomer[]>([]);
  const [withPatients, setWithPatients] = useState(false);
  const { busy, problem, run } = useRun("demo");
  // Whoever does not work at its facility, or has chosen another, takes nothing of it away.
  if (!loaded || progress.data?.state !== "READY" || progress.data.facilityId === null) return null;
  const own = me?.facilities[0]?.id === progress.data.facilityId;
  const remove = async () => {
    const work = () =>
      answerOf(api.DELETE("/api/v1/demo", { params: { query: withPatients ? { withPatients } : {} } })).catch(
        (error: unknown) => {
          setInTheWay(recordsOf(error));
          throw error;
        },
      );
    if (!(await run(work, t("The demonstration is taken away")))) return;
    setAsking(false);
    // Whoever works at its facility now would be refused everything.
    if (chosenFacility() === progress.data?.facilityId) return chooseFacility(null);
    // Lists show other things from now on, and whoever was of it is signed out.
    await queryClient.invalidateQueries();
  };
  return (
    <section className="card-box flex flex-wrap items-center gap-3" aria-labelledby="demonstration">
      <div className="min-w-0 flex-1">
        <h3 id="demonstration">{t("The demonstration")}</h3>
        <p className="text-12 text-text-2">
          {t("Invented people, patients and images in a facility of their own, here since {day}.", {
            day: dayOf(progress.data.startedAt?.slice(0, 10) ?? ""),
          })}
        </p>
      </div>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {t("Remove the demonstration")}
      </Button>
      {asking && (
        <FormDialog
          title={t("Remove the demonstration")}
          description={t(
            "Its images are purged for good, nobody sees its patients, orders and reports any more, and its people sign in no more. Nothing else is touched: where something hangs on it that it did not make, nothing happens and you are told what.",
          )}
          submit={t("Remove it")}
          danger
          busy={busy}
          problem={inTheWay.length > 0 ? null : problem}
          onSubmit={() => void remove()}
          wide={inTheWay.length > 0}
          onClose={() => {
            setAsking(false);
            setInTheWay([]);
            setWithPatients(false);
          }}
        >
          {own && (
            <p className="note urg" role="note">
              {t("You are one of its people: you are signed out.")}
            </p>
          )}
          {inTheWay.length > 0 && (
            <InTheWay
              records={inTheWay}
              withPatients={withPatients}
              onWithPatients={setWithPatients}
              onLeave={() => setAsking(false)}
            />
          )}
        </FormDialog>
      )}
    </section>
  );
}
