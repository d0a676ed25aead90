import type { CareTeam } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { Button, IconButton } from "../../kit/Button.tsx";
import { dayIn } from "../../kit/dates.ts";
import { Field } from "../../kit/Field.tsx";
import { Form, Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { EmptyState } from "../../kit/States.tsx";
import { PatientChooser } from "../../patients/PatientChooser.tsx";
import { nameOf, personLine } from "../../patients/patient-words.ts";
import { usePatient } from "../../patients/queries.ts";
import { useTimeZone, useToday } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { Edited } from "../parts/Edited.tsx";
import { Answer } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { PersonSelect } from "./PersonSelect.tsx";

const mostMembers = 50;

/** Who cares for a patient by name: physicians and others see the patient by being on the team. */
export default function CareTeamsPage() {
  const { state, change } = useAddress();
  return (
    <Page
      title={t("Care teams")}
      about={t("Who is on a patient’s team sees the patient, and is told of critical findings by the ladder")}
    >
      {state.patient ? (
        <TeamOf
          key={state.patient}
          patientId={state.patient}
          onClose={() => change({ patient: undefined, facility: undefined })}
        />
      ) : (
        <Card title={t("Of which patient?")}>
          <div className="max-w-120 px-4 pb-4">
            <PatientChooser onChoose={(patient) => change({ patient: patient?.id })} />
          </div>
          <EmptyState title={t("No patient chosen")} icon="person">
            {t("A team belongs to a patient: find the patient by name or identifier.")}
          </EmptyState>
        </Card>
      )}
    </Page>
  );
}

function TeamOf({ patientId, onClose }: { patientId: string; onClose: () => void }) {
  const { state, change } = useAddress();
  const today = useToday();
  const patient = usePatient(patientId);
  const facilities = (useMe()?.facilities ?? []).filter(({ id }) => patient.data?.facilityIds.includes(id));
  const facilityId = state.facility ?? facilities[0]?.id;
  const team = useQuery({
    queryKey: ["care-team", patientId, facilityId],
    meta: { live: ["patient"] },
    enabled: patient.data !== undefined,
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/patients/{id}/care-team", {
          params: { path: { id: patientId }, query: facilityId ? { facilityId } : {} },
          signal,
        }),
      ),
  });
  return (
    <Answer query={patient}>
      {(who) => (
        <Card
          title={nameOf(who) || t("No name")}
          count={`${personLine(who, today)} · ${who.identifiers[0]?.value ?? ""}`}
          actions={
            <>
              {facilities.length > 1 && (
                <Select
                  label={t("Facility")}
                  value={facilityId ?? ""}
                  options={facilities.map(({ id, name }) => ({ value: id, word: name }))}
                  onChange={(facility) => change({ facility })}
                />
              )}
              <Button size="s" onClick={onClose}>
                {t("Another patient")}
              </Button>
            </>
          }
        >
          <div className="max-w-200 px-4 pb-4">
            <Answer query={team}>
              {(data) => (
                <Edited key={data.facilityId} value={data}>
                  {(kept, saved) => <Team team={kept} onSaved={saved} />}
                </Edited>
              )}
            </Answer>
          </div>
        </Card>
      )}
    </Answer>
  );
}

function Team({ team, onSaved }: { team: CareTeam; onSaved: () => void }) {
  const timeZone = useTimeZone();
  const mayChange = team.actions.includes("change");
  const [lines, setLines] = useState(() =>
    team.members.map(({ user, role, since }, key) => ({
      key,
      userId: user.id,
      known: user as typeof user | null,
      role,
      since,
    })),
  );
  const { busy, problem, run } = useRun("care-team");
  const change = (key: number, next: Partial<(typeof lines)[number]>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...next } : line)));
  const isTwice = new Set(lines.map(({ userId }) => userId)).size !== lines.length;
  const submit = async () => {
    const done = await run(
      () =>
        answerOf(
          api.PUT("/api/v1/patients/{id}/care-team", {
            params: { path: { id: team.patientId } },
            body: {
              facilityId: team.facilityId,
              members: lines.map(({ userId, role }) => ({ userId, role: role.trim() })),
              expectedVersion: team.version,
            },
          }),
        ),
      t("Saved"),
    );
    if (done) onSaved();
  };
  if (!mayChange)
    return (
      <ul className="grid gap-1">
        {team.members.map(({ user, role }) => (
          <li key={user.id}>
            {user.name} <span className="text-text-3">{role}</span>
          </li>
        ))}
      </ul>
    );
  return (
    <Form
      label={t("Care team")}
      submit={t("Save the team")}
      busy={busy}
      problem={problem}
      disabled={isTwice || lines.some(({ userId, role }) => userId === "" || role.trim() === "")}
      onSubmit={() => void submit()}
    >
      {lines.length === 0 && <p className="text-text-2">{t("Nobody is on the team of this patient.")}</p>}
      {lines.map((line, index) => (
        <fieldset
          key={line.key}
          className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_28px] items-start gap-2"
        >
          <legend className="sr-only">{t("Member {number}", { number: index + 1 })}</legend>
          <PersonSelect
            label={t("Who")}
            value={line.userId}
            known={line.known}
            none={t("Choose")}
            facilityId={team.facilityId}
            onChange={(userId) => change(line.key, { userId })}
          />
          <Field
            label={t("What they are on the team")}
            value={line.role}
            maxLength={64}
            hint={line.since && t("since {date}", { date: dayIn(timeZone, line.since) })}
            onChange={({ target }) => change(line.key, { role: target.value })}
          />
          <IconButton
            icon="x"
            className="mt-5"
            label={t("Remove member {number}", { number: index + 1 })}
            onClick={() => setLines(lines.filter(({ key }) => key !== line.key))}
          />
        </fieldset>
      ))}
      {isTwice && <p className="note urg">{t("Somebody is on the team twice.")}</p>}
      {lines.length < mostMembers && (
        <Button
          size="s"
          icon="plus"
          className="justify-self-start"
          onClick={() =>
            setLines([
              ...lines,
              {
                key: Math.max(-1, ...lines.map(({ key }) => key)) + 1,
                userId: "",
                known: null,
                role: "",
                since: "",
              },
            ])
          }
        >
          {t("Add a member")}
        </Button>
      )}
    </Form>
  );
}
