import type { ReadingTargets } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Field } from "../../kit/Field.tsx";
import { Form } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { priorityWord } from "../../orders/priorities.ts";
import { t } from "../../words/words.ts";
import { minutesText, readMinutes } from "../oversight/minutes.ts";
import { useAddress } from "../parts/address.ts";
import { Edited } from "../parts/Edited.tsx";
import { FacilityField } from "../parts/FacilityFields.tsx";
import { useFacilityOptions } from "../parts/facilities.ts";
import { Answer } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";

const priorities = ["STAT", "URGENT", "ROUTINE"] as const;

/** How long studies may wait to be read, by the priority of their order. */
export default function TargetsPage() {
  const { state, change } = useAddress();
  const facilities = useFacilityOptions();
  const facilityId = state.facility ?? facilities[0]?.value ?? "";
  const targets = useQuery({
    queryKey: ["reading-targets", facilityId],
    meta: { live: ["reading-target"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/reading-targets", {
          params: { query: facilityId ? { facilityId } : {} },
          signal,
        }),
      ),
  });
  return (
    <Page
      title={t("Reading targets")}
      about={t(
        "The reading list shows how long a study waits of the time that it may, and marks what is late",
      )}
      actions={<FacilityField value={facilityId} onChange={(facility) => change({ facility })} />}
    >
      <Card title={t("A study is read within")}>
        <div className="max-w-120 px-4 pb-4">
          <Answer query={targets}>
            {(data) => (
              <Edited key={facilityId} value={data}>
                {(kept, saved) => <Targets targets={kept} onSaved={saved} />}
              </Edited>
            )}
          </Answer>
        </div>
      </Card>
    </Page>
  );
}

function Targets({ targets, onSaved }: { targets: ReadingTargets; onSaved: () => void }) {
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(priorities.map((one) => [one, minutesText(targets.minutes[one])])),
  );
  const { busy, problem, run } = useRun("reading-targets");
  const mayEdit = targets.actions.includes("edit");
  const read = priorities.map((one) => readMinutes(texts[one] ?? "") || undefined);
  const [STAT, URGENT, ROUTINE] = read;
  const isOrdered = !STAT || !URGENT || !ROUTINE || (STAT <= URGENT && URGENT <= ROUTINE);
  const submit = async () => {
    if (!STAT || !URGENT || !ROUTINE) return;
    const done = await run(
      () =>
        answerOf(
          api.PUT("/api/v1/reading-targets", {
            body: {
              facilityId: targets.facilityId,
              minutes: { STAT, URGENT, ROUTINE },
              expectedVersion: targets.version,
            },
          }),
        ),
      t("Saved"),
    );
    if (done) onSaved();
  };
  return (
    <Form
      label={t("Reading targets")}
      submit={t("Save")}
      busy={busy}
      problem={problem}
      disabled={!mayEdit || read.some((minutes) => minutes === undefined)}
      onSubmit={() => void submit()}
    >
      {priorities.map((one, index) => (
        <Field
          key={one}
          label={priorityWord(one)}
          value={texts[one] ?? ""}
          readOnly={!mayEdit}
          error={read[index] === undefined ? t("A time such as 15, 1 h 30 or 2 d") : null}
          onChange={({ target }) => setTexts({ ...texts, [one]: target.value })}
        />
      ))}
      {!isOrdered && (
        <p className="note urg">{t("What is more urgent usually has the shorter time: is this meant?")}</p>
      )}
      <p className="text-12 text-text-2">
        {t(
          "It counts for what waits already as well. Without targets of its own a facility has 1 h, 4 h and 1 d.",
        )}
      </p>
    </Form>
  );
}
