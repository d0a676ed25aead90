import type { Station } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { Field } from "../../kit/Field.tsx";
import { Tick } from "../../kit/forms.tsx";
import { EmptyState } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { ModalityChip, Tag } from "../../kit/Tag.tsx";
import { message, t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { FacilityField } from "../parts/FacilityFields.tsx";
import { useFacilityName, useFacilityOptions } from "../parts/facilities.ts";
import { Listing } from "../parts/Listing.tsx";
import { NewRecord } from "../parts/NewRecord.tsx";
import { Card, Page, Side } from "../parts/Page.tsx";
import { useOpened, usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { hoursByDays, hoursText, type OpeningHours, readHours, type Weekday, weekdays } from "./hours.ts";

const dayWords: Readonly<Record<Weekday, string>> = {
  "1": message("Monday"),
  "2": message("Tuesday"),
  "3": message("Wednesday"),
  "4": message("Thursday"),
  "5": message("Friday"),
  "6": message("Saturday"),
  "7": message("Sunday"),
};

/** Machines and rooms, and when they are open. */
export default function StationsPage() {
  const { state, change } = useAddress();
  const facilityName = useFacilityName();
  const [adding, setAdding] = useState(false);
  const list = usePages(["stations"], ["station"], (paging, signal) =>
    answerOf(api.GET("/api/v1/stations", { params: { query: { ...paging, sort: "name" } }, signal })),
  );
  useShortcuts(t("Stations"), [
    { caps: ["N"], label: t("new station"), on: ["n"], inBar: true, run: () => setAdding(true) },
  ]);
  const opened = useOpened(list, state.id);
  return (
    <Page
      title={t("Stations")}
      about={t("Machines and rooms that appointments are made for")}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => setAdding(true)}>
          {t("New station")}
        </Button>
      }
      side={
        opened && (
          <Side title={opened.name} about={opened.aeTitle} onClose={() => change({ id: undefined })}>
            <Edited key={opened.id} value={opened}>
              {(kept, saved) => <EditStation station={kept} onSaved={saved} />}
            </Edited>
          </Side>
        )
      }
    >
      <Card title={t("Stations")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("No station")} icon="calendar">
              {t("Enter the machines and rooms of the department, then appointments can be made.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<Station>
              label={t("Stations")}
              rows={rows}
              keyOf={({ id }) => id}
              opened={state.id}
              onOpen={({ id }) => change({ id })}
              columns={[
                { head: t("Name"), cell: (one) => <Two a={one.name} b={facilityName(one.facilityId)} /> },
                { head: t("AE title"), cell: (one) => <span className="mono">{one.aeTitle}</span> },
                {
                  head: t("Modality"),
                  cell: (one) => (
                    <span className="tags">
                      {one.modalities.map((modality) => (
                        <ModalityChip key={modality} modality={modality} />
                      ))}
                    </span>
                  ),
                },
                {
                  head: t("Opening hours"),
                  less: true,
                  cell: (one) => (
                    <span className="b">
                      {hoursByDays(one.openingHours)
                        .map(({ from, to, text }) =>
                          from === to
                            ? `${t(dayWords[from])} ${text}`
                            : `${t(dayWords[from])} – ${t(dayWords[to])} ${text}`,
                        )
                        .join(" · ")}
                    </span>
                  ),
                },
                {
                  head: t("State"),
                  cell: (one) =>
                    one.active ? (
                      <Tag tone="ok">{t("In use")}</Tag>
                    ) : (
                      <Tag tone="line">{t("Not in use")}</Tag>
                    ),
                },
              ]}
            />
          )}
        </Listing>
      </Card>
      {adding && <NewStation onClose={() => setAdding(false)} />}
    </Page>
  );
}

function useStationForm(station?: Station) {
  const facilities = useFacilityOptions();
  const [facilityId, setFacilityId] = useState(station?.facilityId ?? facilities[0]?.value ?? "");
  const [aeTitle, setAeTitle] = useState(station?.aeTitle ?? "");
  const [name, setName] = useState(station?.name ?? "");
  const [modalities, setModalities] = useState(station?.modalities.join(", ") ?? "");
  const [active, setActive] = useState(station?.active ?? true);
  const [hours, setHours] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      weekdays.map((day) => [
        day,
        station ? hoursText(station.openingHours[day]) : Number(day) <= 5 ? "08:00-17:00" : "",
      ]),
    ),
  );
  const read = weekdays.map((day) => [day, readHours(hours[day] ?? "")] as const);
  const codes = modalities.split(/[\s,]+/).flatMap((code) => code.toUpperCase() || []);
  const body = () => ({
    aeTitle: aeTitle.trim(),
    name: name.trim(),
    modalities: codes,
    active,
    openingHours: Object.fromEntries(
      read.flatMap(([day, spans]) => (spans?.length ? [[day, spans]] : [])),
    ) as OpeningHours,
  });
  const ready =
    aeTitle.trim() !== "" &&
    name.trim() !== "" &&
    codes.length > 0 &&
    read.every(([, spans]) => spans !== null);
  const fields = (
    <>
      <Field label={t("Name")} value={name} maxLength={64} onChange={({ target }) => setName(target.value)} />
      <Field
        label={t("AE title")}
        value={aeTitle}
        maxLength={16}
        spellCheck={false}
        hint={t("As the machine asks for its worklist")}
        onChange={({ target }) => setAeTitle(target.value)}
      />
      <Field
        label={t("Modalities")}
        value={modalities}
        hint={t("Such as CT, or CR, DX")}
        onChange={({ target }) => setModalities(target.value)}
      />
      {!station && <FacilityField value={facilityId} onChange={setFacilityId} />}
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-12 font-medium text-text-2">
          {t("Opening hours, such as 08:00-12:00, 13:00-17:00")}
        </legend>
        {read.map(([day, spans]) => (
          <Field
            key={day}
            label={t(dayWords[day])}
            value={hours[day] ?? ""}
            placeholder={t("closed")}
            error={spans === null ? t("From and to as 08:00-17:00, one after the other") : null}
            onChange={({ target }) => setHours({ ...hours, [day]: target.value })}
          />
        ))}
      </fieldset>
      <Tick label={t("In use")} checked={active} onChange={setActive} />
    </>
  );
  return { body, ready, fields, facilityId };
}

function NewStation({ onClose }: { onClose: () => void }) {
  const { body, ready, fields, facilityId } = useStationForm();
  return (
    <NewRecord
      title={t("New station")}
      submit={t("Create station")}
      subject="stations"
      ready={ready}
      make={() =>
        answerOf(api.POST("/api/v1/stations", { body: { ...body(), ...(facilityId ? { facilityId } : {}) } }))
      }
      onClose={onClose}
    >
      {fields}
    </NewRecord>
  );
}

function EditStation({ station, onSaved }: { station: Station; onSaved: () => void }) {
  const { body, ready, fields } = useStationForm(station);
  const save = () =>
    answerOf(
      api.PATCH("/api/v1/stations/{id}", {
        params: { path: { id: station.id } },
        body: { ...body(), expectedVersion: station.version },
      }),
    );
  return (
    <DetailsForm
      subject="stations"
      ready={ready}
      save={save}
      said={t("Saved; appointments that were made stay")}
      onSaved={onSaved}
    >
      {fields}
    </DetailsForm>
  );
}
