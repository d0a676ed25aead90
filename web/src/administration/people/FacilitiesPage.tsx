import type { Department, FacilityDetails } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api, useMe } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { Field, Labelled } from "../../kit/Field.tsx";
import { Form, Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { EmptyState } from "../../kit/States.tsx";
import { languages, t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { Listing } from "../parts/Listing.tsx";
import { NewRecord } from "../parts/NewRecord.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table } from "../parts/Table.tsx";
import { DemonstrationCard } from "./DemonstrationCard.tsx";
import { PersonSelect } from "./PersonSelect.tsx";

/** Where the department works: time zones, issuers of patient identifiers, departments. */
export default function FacilitiesPage() {
  const { state, change } = useAddress();
  const [adding, setAdding] = useState(false);
  const list = usePages(["facilities"], ["facility"], (paging, signal) =>
    answerOf(api.GET("/api/v1/facilities", { params: { query: paging }, signal })),
  );
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Facilities")}
      actions={
        <Button variant="primary" size="l" icon="plus" onClick={() => setAdding(true)}>
          {t("New facility")}
        </Button>
      }
      side={
        opened && <FacilitySide key={opened.id} facility={opened} onClose={() => change({ id: undefined })} />
      }
    >
      <Card title={t("Facilities")} count={list.total}>
        <Listing
          list={list}
          empty={<EmptyState title={t("No facility")}>{t("There is none yet.")}</EmptyState>}
        >
          {(rows) => (
            <Table<FacilityDetails>
              label={t("Facilities")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                { head: t("Name"), cell: ({ name }) => <span className="a">{name}</span> },
                { head: t("Time zone"), cell: ({ timeZone }) => timeZone },
                {
                  head: t("Issuer of patient identifiers"),
                  less: true,
                  cell: ({ patientIdIssuer }) => <span className="mono">{patientIdIssuer}</span>,
                },
              ]}
            />
          )}
        </Listing>
      </Card>
      <DemonstrationCard />
      {adding && <NewFacility onClose={() => setAdding(false)} />}
    </Page>
  );
}

function NewFacility({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [timeZone, setTimeZone] = useState(useMe()?.facilities[0]?.timeZone ?? "");
  const [issuer, setIssuer] = useState("");
  const make = () =>
    answerOf(
      api.POST("/api/v1/facilities", {
        body: {
          name: name.trim(),
          ...(timeZone.trim() ? { timeZone: timeZone.trim() } : {}),
          ...(issuer.trim() ? { patientIdIssuer: issuer.trim() } : {}),
        },
      }),
    );
  return (
    <NewRecord
      title={t("New facility")}
      submit={t("Create facility")}
      subject="facilities"
      ready={name.trim() !== ""}
      make={make}
      said={t("The facility is made")}
      onClose={onClose}
    >
      <Field
        label={t("Name")}
        value={name}
        maxLength={128}
        onChange={({ target }) => setName(target.value)}
      />
      <ZoneField value={timeZone} onChange={setTimeZone} />
      <Field
        label={t("Issuer of patient identifiers")}
        value={issuer}
        maxLength={64}
        hint={t("IssuerOfPatientID of what is made here; one is made of the name when none is given")}
        onChange={({ target }) => setIssuer(target.value)}
      />
    </NewRecord>
  );
}

function ZoneField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <>
      <Field
        label={t("Time zone")}
        value={value}
        maxLength={64}
        list="time-zones"
        hint={t("Such as Europe/Paris")}
        onChange={({ target }) => onChange(target.value)}
      />
      <datalist id="time-zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}

function FacilitySide({ facility, onClose }: { facility: FacilityDetails; onClose: () => void }) {
  return (
    <Side title={facility.name} onClose={onClose}>
      {facility.actions.includes("edit") && (
        <Edited key={facility.id} value={facility}>
          {(kept, saved) => <EditFacility facility={kept} onSaved={saved} />}
        </Edited>
      )}
      <Departments facilityId={facility.id} />
    </Side>
  );
}

function EditFacility({ facility, onSaved }: { facility: FacilityDetails; onSaved: () => void }) {
  const [name, setName] = useState(facility.name);
  const [timeZone, setTimeZone] = useState(facility.timeZone);
  const [issuer, setIssuer] = useState(facility.patientIdIssuer);
  const [officer, setOfficer] = useState(facility.privacyOfficerId ?? "");
  const [address, setAddress] = useState(facility.address);
  const [phone, setPhone] = useState(facility.phone);
  const [language, setLanguage] = useState<string>(facility.language);
  const save = () =>
    answerOf(
      api.PATCH("/api/v1/facilities/{id}", {
        params: { path: { id: facility.id } },
        body: {
          name: name.trim(),
          timeZone: timeZone.trim(),
          patientIdIssuer: issuer.trim(),
          address: address.trim(),
          phone: phone.trim(),
          language,
          privacyOfficerId: officer || null,
          expectedVersion: facility.version,
        },
      }),
    );
  return (
    <DetailsForm
      subject="facilities"
      ready={name.trim() !== "" && timeZone.trim() !== "" && issuer.trim() !== ""}
      save={save}
      onSaved={onSaved}
    >
      <Field
        label={t("Name")}
        value={name}
        maxLength={128}
        onChange={({ target }) => setName(target.value)}
      />
      <ZoneField value={timeZone} onChange={setTimeZone} />
      <Field
        label={t("Issuer of patient identifiers")}
        value={issuer}
        maxLength={64}
        onChange={({ target }) => setIssuer(target.value)}
      />
      <Labelled label={t("Address on letters")}>
        <textarea
          className="text-area"
          rows={3}
          maxLength={512}
          value={address}
          onChange={({ target }) => setAddress(target.value)}
        />
      </Labelled>
      <Field
        label={t("Phone")}
        value={phone}
        type="tel"
        maxLength={64}
        onChange={({ target }) => setPhone(target.value)}
      />
      <Select
        label={t("Language of letters and e-mails")}
        value={language}
        options={Object.entries(languages).map(([value, word]) => ({ value, word }))}
        onChange={setLanguage}
      />
      <PersonSelect label={t("Privacy officer")} value={officer} onChange={setOfficer} />
    </DetailsForm>
  );
}

function Departments({ facilityId }: { facilityId: string }) {
  const mayChange = useMe()?.permissions.includes("staff.manage") ?? false;
  const [name, setName] = useState("");
  const { busy, problem, run } = useRun("departments");
  const list = usePages(["departments", facilityId], ["department", "staff"], (paging, signal) =>
    answerOf(api.GET("/api/v1/departments", { params: { query: { ...paging, facilityId } }, signal })),
  );
  const add = async () => {
    const made = await run(
      () => answerOf(api.POST("/api/v1/departments", { body: { name: name.trim(), facilityId } })),
      t("The department is made"),
    );
    if (made) setName("");
  };
  return (
    <section aria-label={t("Departments")} className="grid gap-3">
      <h3>{t("Departments")}</h3>
      <Listing list={list} empty={<p className="text-12 text-text-2">{t("There is none yet.")}</p>}>
        {(rows) => (
          <ul className="grid gap-2">
            {rows.map((one) => (
              <DepartmentRow key={`${one.id}.${one.version}`} department={one} />
            ))}
          </ul>
        )}
      </Listing>
      {mayChange && (
        <Form
          label={t("New department")}
          submit={t("Add department")}
          busy={busy}
          problem={problem}
          disabled={name.trim() === ""}
          onSubmit={() => void add()}
        >
          <Field
            label={t("New department")}
            value={name}
            maxLength={128}
            onChange={({ target }) => setName(target.value)}
          />
        </Form>
      )}
    </section>
  );
}

function DepartmentRow({ department }: { department: Department }) {
  const { act } = useRun("departments");
  const save = (headId: string) =>
    void act(
      () =>
        answerOf(
          api.PATCH("/api/v1/departments/{id}", {
            params: { path: { id: department.id } },
            body: { headId: headId || null, expectedVersion: department.version },
          }),
        ),
      t("Saved"),
    );
  return (
    <li className="grid gap-1">
      <span className="font-medium">{department.name}</span>
      {department.actions.includes("edit") ? (
        <PersonSelect
          label={t("Head of {department}", { department: department.name })}
          value={department.head?.id ?? ""}
          known={department.head}
          onChange={save}
        />
      ) : (
        <span className="text-12 text-text-2">{department.head?.name}</span>
      )}
    </li>
  );
}
