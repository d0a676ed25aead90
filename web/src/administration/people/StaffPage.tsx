import type { Staff } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { ConfirmDialog } from "../../kit/ConfirmDialog.tsx";
import { Field } from "../../kit/Field.tsx";
import { Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { EmptyState, NoMatch } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { Tag } from "../../kit/Tag.tsx";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { Listing } from "../parts/Listing.tsx";
import { NewRecord } from "../parts/NewRecord.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { useStaffForm } from "./staff-form.tsx";

const nameOf = ({ firstName, lastName }: Staff) => `${lastName}, ${firstName}`;

/** Who works here, whether they sign in or not. */
export default function StaffPage() {
  const { state, change } = useAddress();
  const [adding, setAdding] = useState(false);
  const filters = {
    ...(state.q ? { query: state.q } : {}),
    ...(state.status === "gone" ? { active: false } : state.status === "all" ? {} : { active: true }),
  };
  const list = usePages(["staff", filters], ["staff", "department"], (paging, signal) =>
    answerOf(
      api.GET("/api/v1/staff", { params: { query: { ...paging, ...filters, sort: "name" } }, signal }),
    ),
  );
  useShortcuts(t("Staff"), [
    { caps: ["N"], label: t("new member of staff"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Staff")}
      about={t(
        "Who works here, whether they sign in or not: who may be named as asking, as head or as on call",
      )}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
          {t("New member of staff")}
        </Button>
      }
      side={opened && <StaffSide key={opened.id} member={opened} onClose={() => change({ id: undefined })} />}
    >
      <search className="filters">
        <Field
          key={state.q ? "filtered" : "all"}
          label={t("Name, licence number or e-mail")}
          type="search"
          defaultValue={state.q ?? ""}
          onKeyDown={(event) => {
            if (event.key === "Enter") change({ q: event.currentTarget.value.trim() });
          }}
          onBlur={({ target }) => {
            if (target.value.trim() !== (state.q ?? "")) change({ q: target.value.trim() });
          }}
        />
        <Select
          label={t("State")}
          value={state.status ?? ""}
          options={[
            { value: "", word: t("Work here") },
            { value: "gone", word: t("Left") },
            { value: "all", word: t("All") },
          ]}
          onChange={(status) => change({ status })}
        />
      </search>
      <Card title={t("Staff")} count={list.total}>
        <Listing
          list={list}
          empty={
            state.q || state.status ? (
              <NoMatch
                title={t("Nobody of this name")}
                action={
                  <Button onClick={() => change({ q: "", status: "" })}>{t("Clear the filters")}</Button>
                }
              >
                {t("Nobody answers to these filters.")}
              </NoMatch>
            ) : (
              <EmptyState title={t("No staff yet")} icon="person">
                {t("Enter who asks for examinations, who reads them and who is on call.")}
              </EmptyState>
            )
          }
        >
          {(rows) => (
            <Table<Staff>
              label={t("Staff")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                { head: t("Name"), cell: (one) => <Two a={nameOf(one)} b={one.licenceNumber} /> },
                { head: t("Profession"), cell: (one) => <Two a={one.profession} b={one.department} /> },
                {
                  head: t("Reached by"),
                  less: true,
                  cell: (one) => <Two a={one.phone ?? "–"} b={one.email} />,
                },
                {
                  head: t("Signs in"),
                  cell: (one) => (one.userId ? t("yes") : <span className="text-text-3">{t("no")}</span>),
                },
                {
                  head: t("State"),
                  cell: (one) =>
                    one.active ? <Tag tone="ok">{t("Works here")}</Tag> : <Tag tone="line">{t("Left")}</Tag>,
                },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && <NewStaff onClose={() => setAdding(false)} onMade={({ id }) => change({ id })} />}
    </Page>
  );
}

function NewStaff({ onMade, onClose }: { onMade: (made: Staff) => void; onClose: () => void }) {
  const { body, ready, fields } = useStaffForm();
  return (
    <NewRecord
      title={t("New member of staff")}
      submit={t("Enter")}
      subject="staff"
      ready={ready}
      make={() => answerOf(api.POST("/api/v1/staff", { body: body() }))}
      onMade={onMade}
      onClose={onClose}
    >
      {fields}
    </NewRecord>
  );
}

const patch = (member: Staff, body: object) =>
  answerOf(
    api.PATCH("/api/v1/staff/{id}", {
      params: { path: { id: member.id } },
      body: { ...body, expectedVersion: member.version },
    }),
  );

function StaffSide({ member, onClose }: { member: Staff; onClose: () => void }) {
  const [leaving, setLeaving] = useState(false);
  const { busy, problem, run, act } = useRun("staff");
  const leave = async () => {
    const done = await run(() => patch(member, { active: false }), t("Saved"));
    if (done) setLeaving(false);
  };
  return (
    <Side title={nameOf(member)} about={member.profession} onClose={onClose}>
      {member.actions.includes("edit") && (
        <>
          <Edited key={member.id} value={member}>
            {(kept, saved) => <EditStaff member={kept} onSaved={saved} />}
          </Edited>
          <section aria-label={t("State")}>
            {member.active ? (
              <Button variant="danger" onClick={() => setLeaving(true)}>
                {t("Left the department")}
              </Button>
            ) : (
              <Button busy={busy} onClick={() => void act(() => patch(member, { active: true }), t("Saved"))}>
                {t("Works here again")}
              </Button>
            )}
          </section>
        </>
      )}
      {leaving && (
        <ConfirmDialog
          title={t("{name} left the department?", { name: nameOf(member) })}
          description={t(
            "They are offered nowhere any more; what they did stays. An account with which they sign in is disabled among the users.",
          )}
          submit={t("Left the department")}
          busy={busy}
          problem={problem}
          onConfirm={() => void leave()}
          onClose={() => setLeaving(false)}
        />
      )}
    </Side>
  );
}

function EditStaff({ member, onSaved }: { member: Staff; onSaved: () => void }) {
  const { body, ready, fields } = useStaffForm(member);
  const save = () => patch(member, body());
  return (
    <DetailsForm subject="staff" ready={ready} save={save} onSaved={onSaved}>
      {fields}
    </DetailsForm>
  );
}
