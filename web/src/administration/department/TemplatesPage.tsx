import type { ReportTemplate } from "@isocenter/contract";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { momentIn } from "../../kit/dates.ts";
import { Select } from "../../kit/forms.tsx";
import { EmptyState } from "../../kit/States.tsx";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { ModalityChip, Tag } from "../../kit/Tag.tsx";
import { useTimeZone } from "../../studies/queries.ts";
import { t } from "../../words/words.ts";
import { useAddress } from "../parts/address.ts";
import { useFacilityName } from "../parts/facilities.ts";
import { Listing } from "../parts/Listing.tsx";
import { Card, Page } from "../parts/Page.tsx";
import { usePages } from "../parts/pages.ts";
import { Table, Two } from "../parts/Table.tsx";
import { NewTemplate, OneTemplate } from "./TemplateEditor.tsx";

const newId = "new";

/** What reports begin with: the text of their sections, fields to fill in, auto-text. */
export default function TemplatesPage() {
  const { state, change } = useAddress();
  const timeZone = useTimeZone();
  const facilityName = useFacilityName();
  const filters = { ...(state.status === "off" ? { active: false } : {}) };
  const list = usePages(["report-templates", "list", filters], ["report-template"], (paging, signal) =>
    answerOf(api.GET("/api/v1/report-templates", { params: { query: { ...paging, ...filters } }, signal })),
  );
  useShortcuts(t("Report templates"), [
    { caps: ["N"], label: t("new template"), on: ["n"], inBar: true, run: () => change({ id: newId }) },
  ]);
  const close = () => change({ id: undefined });
  if (state.id === newId) return <NewTemplate onMade={({ id }) => change({ id })} onClose={close} />;
  if (state.id) return <OneTemplate key={state.id} id={state.id} onClose={close} />;
  return (
    <Page
      title={t("Report templates")}
      about={t("What reports begin with. Reports that took a template keep it as it was.")}
      actions={
        <Button variant="primary" size="l" icon="plus" hotkey="N" onClick={() => change({ id: newId })}>
          {t("New template")}
        </Button>
      }
    >
      <search className="filters">
        <Select
          label={t("State")}
          value={state.status ?? ""}
          options={[
            { value: "", word: t("In use") },
            { value: "off", word: t("Not in use") },
          ]}
          onChange={(status) => change({ status })}
        />
      </search>
      <Card title={t("Report templates")} count={list.total}>
        <Listing
          list={list}
          empty={
            <EmptyState title={t("No template")} icon="file">
              {state.status
                ? t("All templates are in use.")
                : t("A template gives reports of one kind the same beginning, fields and auto-text.")}
            </EmptyState>
          }
        >
          {(rows) => (
            <Table<ReportTemplate>
              label={t("Report templates")}
              rows={rows}
              keyOf={({ id }) => id}
              onOpen={({ id }) => change({ id })}
              columns={[
                {
                  head: t("Name"),
                  cell: ({ name, facilityId }) => <Two a={name} b={facilityName(facilityId)} />,
                },
                {
                  head: t("Modality"),
                  cell: ({ modality }) =>
                    modality ? (
                      <ModalityChip modality={modality} />
                    ) : (
                      <span className="text-text-3">{t("any")}</span>
                    ),
                },
                {
                  head: t("For"),
                  cell: ({ bodyPart, procedureCode }) => <Two a={bodyPart ?? "–"} b={procedureCode} />,
                },
                { head: t("Fields"), less: true, numeric: true, cell: ({ fields }) => fields.length },
                {
                  head: t("Auto-text"),
                  less: true,
                  numeric: true,
                  cell: ({ macros }) => Object.keys(macros).length,
                },
                {
                  head: t("Changed"),
                  cell: ({ updatedAt }) => <span className="when">{momentIn(timeZone, updatedAt)}</span>,
                },
                {
                  head: t("State"),
                  cell: ({ active }) =>
                    active ? <Tag tone="ok">{t("In use")}</Tag> : <Tag tone="line">{t("Not in use")}</Tag>,
                },
              ]}
            />
          )}
        </Listing>
      </Card>
    </Page>
  );
}
