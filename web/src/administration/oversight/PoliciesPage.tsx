import type { FindingPolicies, FindingPolicy, LadderStep, TellingChannel } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { channelWords } from "../../findings/channels.ts";
import { severityWords } from "../../findings/severities.ts";
import { Button, IconButton } from "../../kit/Button.tsx";
import { Field } from "../../kit/Field.tsx";
import { Form, Select, Tick } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { SeverityTag } from "../../kit/Tag.tsx";
import { message, t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Edited } from "../parts/Edited.tsx";
import { FacilityField } from "../parts/FacilityFields.tsx";
import { useFacilityOptions } from "../parts/facilities.ts";
import { Answer } from "../parts/Listing.tsx";
import { Page } from "../parts/Page.tsx";
import { minutesText, readMinutes } from "./minutes.ts";
import { policyMistakes } from "./policy-mistakes.ts";

const targets: Readonly<Record<LadderStep["to"], string>> = {
  ORDERING_PROVIDER: message("Whoever ordered"),
  ON_CALL_COLLEAGUE: message("A colleague on call"),
  CARE_TEAM: message("The patient’s team"),
  DEPARTMENT_HEAD: message("The head of the department"),
  ALARM: message("Alarm to the administrators"),
};
const mostSteps = 5;

/** Whom a critical finding is told, how fast, and what happens when nobody answers. */
export default function PoliciesPage() {
  const { state, change } = useAddress();
  const facilities = useFacilityOptions();
  const facilityId = state.facility ?? facilities[0]?.value ?? "";
  const policies = useQuery({
    queryKey: ["finding-policies", facilityId],
    meta: { live: ["finding-policy"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/critical-finding-policies", {
          params: { query: facilityId ? { facilityId } : {} },
          signal,
        }),
      ),
  });
  return (
    <Page
      title={t("Finding policies")}
      about={t("Findings that were raised keep the policy of their time")}
      actions={<FacilityField value={facilityId} onChange={(facility) => change({ facility })} />}
    >
      <Answer query={policies}>
        {(data) => (
          <div className="policies">
            {data.policies.map((policy) => (
              <section
                key={`${facilityId} ${policy.severity}`}
                className="admin-card p-4"
                aria-label={severityName(policy)}
              >
                <div className="mb-3">
                  <SeverityTag severity={policy.severity} />
                </div>
                <Edited value={{ policy, version: data.version }} same={samePolicy}>
                  {(kept, saved) => (
                    <Policy policy={kept.policy} version={kept.version} all={data} onSaved={saved} />
                  )}
                </Edited>
              </section>
            ))}
          </div>
        )}
      </Answer>
    </Page>
  );
}

const severityName = ({ severity }: FindingPolicy) => t(severityWords[severity]);

interface Versioned {
  policy: FindingPolicy;
  /** Of all policies of the facility: saving one leaves the others as they are. */
  version: number;
}
const samePolicy = (one: Versioned, other: Versioned) =>
  JSON.stringify(one.policy) === JSON.stringify(other.policy);

/** Times as a person writes them: "15", "1 h 30", "2 d"; empty for no limit. */
function usePolicyForm(policy: FindingPolicy) {
  const [contact, setContact] = useState(minutesText(policy.contactMinutes));
  const [acknowledge, setAcknowledge] = useState(minutesText(policy.acknowledgeMinutes));
  const [repeat, setRepeat] = useState(minutesText(policy.repeatMinutes));
  const [readBack, setReadBack] = useState(policy.readBackRequired);
  const [ladder, setLadder] = useState(
    policy.ladder.map(({ to, afterMinutes, channels }, index) => ({
      key: index,
      to,
      channels,
      after: minutesText(afterMinutes),
    })),
  );
  const read = {
    contactMinutes: readMinutes(contact),
    acknowledgeMinutes: readMinutes(acknowledge),
    repeatMinutes: readMinutes(repeat),
  };
  const steps = ladder.map(({ to, after, channels }) => ({ to, channels, afterMinutes: readMinutes(after) }));
  const wrong = (value: number | null | undefined) =>
    value === undefined ? t("A time such as 15, 1 h 30 or 2 d") : null;
  const readable =
    Object.values(read).every((value) => value !== undefined) &&
    steps.every(({ afterMinutes }) => afterMinutes !== undefined);
  const body = (): FindingPolicy => ({
    severity: policy.severity,
    readBackRequired: readBack,
    contactMinutes: read.contactMinutes ?? null,
    acknowledgeMinutes: read.acknowledgeMinutes ?? null,
    repeatMinutes: read.repeatMinutes ?? null,
    ladder: steps.map(({ to, channels, afterMinutes }) => ({
      to,
      channels,
      afterMinutes: afterMinutes ?? null,
    })),
  });
  const mistakes = readable ? policyMistakes(body()) : [];
  return {
    ready: readable && mistakes.length === 0,
    mistakes,
    body,
    steps,
    ladder,
    setLadder,
    fields: (
      <>
        <div className="grid grid-cols-3 gap-2">
          <Field
            label={t("Reached within")}
            value={contact}
            placeholder={t("no limit")}
            error={wrong(read.contactMinutes)}
            onChange={({ target }) => setContact(target.value)}
          />
          <Field
            label={t("Acknowledged within")}
            value={acknowledge}
            placeholder={t("no limit")}
            error={wrong(read.acknowledgeMinutes)}
            onChange={({ target }) => setAcknowledge(target.value)}
          />
          <Field
            label={t("Alarm again after")}
            value={repeat}
            placeholder={t("never")}
            error={wrong(read.repeatMinutes)}
            onChange={({ target }) => setRepeat(target.value)}
          />
        </div>
        <Tick label={t("It must be read back")} checked={readBack} onChange={setReadBack} />
      </>
    ),
  };
}

function Policy({
  policy,
  version,
  all,
  onSaved,
}: Versioned & { all: FindingPolicies; onSaved: () => void }) {
  const { ready, mistakes, body, steps, ladder, setLadder, fields } = usePolicyForm(policy);
  const { busy, problem, run } = useRun("finding-policies");
  const mayEdit = all.actions.includes("change");
  const submit = async () => {
    const done = await run(
      () =>
        answerOf(
          api.PUT("/api/v1/critical-finding-policies", {
            body: { facilityId: all.facilityId, policies: [body()], expectedVersion: version },
          }),
        ),
      t("Saved"),
    );
    if (done) onSaved();
  };
  const change = (key: number, next: Partial<(typeof ladder)[number]>) =>
    setLadder(ladder.map((one) => (one.key === key ? { ...one, ...next } : one)));
  return (
    <Form
      label={severityName(policy)}
      submit={t("Save")}
      busy={busy}
      problem={problem}
      disabled={!ready || !mayEdit}
      onSubmit={() => void submit()}
    >
      {fields}
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-12 font-medium text-text-2">{t("Ladder")}</legend>
        {ladder.map((step, index) => (
          <div key={step.key} className="grid grid-cols-[minmax(0,1fr)_108px_28px] items-end gap-x-2">
            <Select
              label={t("Step {number}", { number: index + 1 })}
              value={step.to}
              options={Object.entries(targets).map(([value, word]) => ({ value, word: t(word) }))}
              onChange={(to) => change(step.key, { to: to as LadderStep["to"] })}
            />
            <Field
              label={t("After")}
              value={step.after}
              placeholder={t("if nobody")}
              onChange={({ target }) => change(step.key, { after: target.value })}
            />
            <IconButton
              icon="x"
              label={t("Remove step {number}", { number: index + 1 })}
              disabled={ladder.length === 1}
              onClick={() => setLadder(ladder.filter(({ key }) => key !== step.key))}
            />
            <Channels
              number={index + 1}
              chosen={step.channels}
              all={all.channels}
              onChange={(channels) => change(step.key, { channels })}
            />
          </div>
        ))}
        {ladder.length < mostSteps && (
          <Button
            size="s"
            icon="plus"
            className="justify-self-start"
            onClick={() =>
              setLadder([
                ...ladder,
                {
                  key: Math.max(...ladder.map(({ key }) => key)) + 1,
                  to: "ALARM",
                  channels: all.channels.map(({ channel }) => channel),
                  after: "",
                },
              ])
            }
          >
            {t("Add a step")}
          </Button>
        )}
      </fieldset>
      <Preview steps={steps} mistakes={mistakes} />
    </Form>
  );
}

/** By which ways a step tells. The app always does; what is not set up here is said, and may be chosen for when it is. */
function Channels({
  number,
  chosen,
  all,
  onChange,
}: {
  number: number;
  chosen: readonly TellingChannel[];
  all: FindingPolicies["channels"];
  onChange: (channels: TellingChannel[]) => void;
}) {
  return (
    <fieldset className="col-span-3 flex flex-wrap gap-x-3 text-12">
      <legend className="sr-only">{t("Channels of step {number}", { number })}</legend>
      {all.map(({ channel, available }) => (
        <label key={channel} className="tick">
          <input
            type="checkbox"
            checked={chosen.includes(channel)}
            disabled={channel === "IN_APP"}
            onChange={({ target }) =>
              onChange(
                all
                  .map((one) => one.channel)
                  .filter((one) => (one === channel ? target.checked : chosen.includes(one))),
              )
            }
          />
          {t(channelWords[channel])}
          {!available && <span className="text-text-3"> {t("(not set up)")}</span>}
        </label>
      ))}
    </fieldset>
  );
}

/** When a finding raised at nine o'clock goes to whom, or why it cannot be so. */
function Preview({
  steps,
  mistakes,
}: {
  steps: { to: LadderStep["to"]; afterMinutes: number | null | undefined }[];
  mistakes: readonly string[];
}) {
  if (mistakes.length > 0) {
    return (
      <ul className="note urg flex-col" role="status">
        {mistakes.map((mistake) => (
          <li key={mistake}>{t(mistake)}</li>
        ))}
      </ul>
    );
  }
  return (
    <p className="text-12 text-text-2">
      {t("Raised at 09:00:")}{" "}
      {steps
        .map(({ to, afterMinutes }) =>
          afterMinutes === null || afterMinutes === undefined
            ? t("{who} where nobody was found", { who: t(targets[to]) })
            : `${clockAfter(afterMinutes)} ${t(targets[to])}`,
        )
        .join(" → ")}
    </p>
  );
}

function clockAfter(minutes: number): string {
  const at = 9 * 60 + minutes;
  const days = Math.floor(at / 1440);
  const clock = `${String(Math.floor((at % 1440) / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
  return days === 0
    ? clock
    : t("{clock} ({days, plural, one {# day} other {# days}} later)", { clock, days });
}
