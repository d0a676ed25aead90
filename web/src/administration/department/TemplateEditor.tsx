import type { CreateReportTemplate, ReportTemplate } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { ConfirmDialog } from "../../kit/ConfirmDialog.tsx";
import { Field, Labelled } from "../../kit/Field.tsx";
import { Form, Select } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { useShortcuts } from "../../kit/shortcuts.ts";
import { Tag } from "../../kit/Tag.tsx";
import { sections, textsOf } from "../../reporting/autosave.ts";
import { t } from "../../words/words.ts";
import { Edited } from "../parts/Edited.tsx";
import { useFacilityOptions } from "../parts/facilities.ts";
import { Answer } from "../parts/Listing.tsx";
import { Page } from "../parts/Page.tsx";
import { FieldLines, MacroLines } from "./TemplateLines.tsx";
import { TemplatePreview } from "./TemplatePreview.tsx";
import { fieldLines, macroLines, readFields, readMacros } from "./template-lines.ts";

const subject = "report-templates";
const patch = (id: string, body: object) =>
  answerOf(api.PATCH("/api/v1/report-templates/{id}", { params: { path: { id } }, body }));

export function NewTemplate({
  onMade,
  onClose,
}: {
  onMade: (made: ReportTemplate) => void;
  onClose: () => void;
}) {
  const { busy, problem, run } = useRun(subject);
  const submit = async (body: CreateReportTemplate) => {
    const made = await run(() => answerOf(api.POST("/api/v1/report-templates", { body })), t("Saved"));
    if (made) onMade(made.answer);
  };
  return (
    <Frame title={t("New template")} onClose={onClose}>
      <Editor
        submit={t("Create template")}
        busy={busy}
        problem={problem}
        onSubmit={(body) => void submit(body)}
      />
    </Frame>
  );
}

export function OneTemplate({ id, onClose }: { id: string; onClose: () => void }) {
  const [retiring, setRetiring] = useState(false);
  const { busy, problem, run, act } = useRun(subject);
  const template = useQuery({
    queryKey: [subject, "one", id],
    meta: { live: ["report-template"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/report-templates/{id}", { params: { path: { id } }, signal })),
  });
  const retire = async (expectedVersion: number) => {
    const done = await run(() => patch(id, { active: false, expectedVersion }), t("Saved"));
    if (done) setRetiring(false);
  };
  return (
    <Answer query={template}>
      {(data) => (
        <Frame
          title={data.name}
          onClose={onClose}
          state={!data.active && <Tag tone="line">{t("Not in use")}</Tag>}
          actions={
            data.actions.includes("change") &&
            (data.active ? (
              <Button variant="danger" onClick={() => setRetiring(true)}>
                {t("Take out of use")}
              </Button>
            ) : (
              <Button
                busy={busy}
                onClick={() =>
                  void act(() => patch(id, { active: true, expectedVersion: data.version }), t("Saved"))
                }
              >
                {t("Use again")}
              </Button>
            ))
          }
        >
          <Edited value={data}>{(kept, saved) => <EditTemplate template={kept} onSaved={saved} />}</Edited>
          {retiring && (
            <ConfirmDialog
              title={t("Take {name} out of use?", { name: data.name })}
              description={t(
                "No report begins with it any more. Reports that took it stay as they are, and it can be used again.",
              )}
              submit={t("Take out of use")}
              busy={busy}
              problem={problem}
              onConfirm={() => void retire(data.version)}
              onClose={() => setRetiring(false)}
            />
          )}
        </Frame>
      )}
    </Answer>
  );
}

function Frame({
  title,
  state,
  actions,
  onClose,
  children,
}: {
  title: string;
  state?: React.ReactNode;
  actions?: React.ReactNode;
  onClose: () => void;
  children: React.ReactNode;
}) {
  useShortcuts(t("Report template"), [
    { caps: ["Esc"], label: t("back to the list"), on: ["escape"], inBar: true, run: onClose },
  ]);
  return (
    <Page
      title={title}
      about={state}
      actions={
        <>
          {actions}
          <Button icon="left" onClick={onClose}>
            {t("All templates")}
          </Button>
        </>
      }
    >
      {children}
    </Page>
  );
}

function EditTemplate({ template, onSaved }: { template: ReportTemplate; onSaved: () => void }) {
  const { busy, problem, run } = useRun(subject);
  const submit = async ({ facilityId: _, ...body }: CreateReportTemplate) => {
    const done = await run(
      () => patch(template.id, { ...body, expectedVersion: template.version }),
      t("Saved"),
    );
    if (done) onSaved();
  };
  return (
    <Editor
      template={template}
      submit={t("Save")}
      busy={busy}
      problem={problem}
      onSubmit={(body) => void submit(body)}
    />
  );
}

const orNull = (text: string) => text.trim() || null;
const noTexts = { technique: "", comparison: "", findings: "", impression: "", recommendations: "" };

function Editor({
  template,
  submit,
  busy,
  problem,
  onSubmit,
}: {
  template?: ReportTemplate;
  submit: string;
  busy: boolean;
  problem: string | null;
  onSubmit: (body: CreateReportTemplate) => void;
}) {
  const facilities = useFacilityOptions();
  const [facilityId, setFacilityId] = useState(template?.facilityId ?? facilities[0]?.value ?? "");
  const [name, setName] = useState(template?.name ?? "");
  const [modality, setModality] = useState(template?.modality ?? "");
  const [bodyPart, setBodyPart] = useState(template?.bodyPart ?? "");
  const [code, setCode] = useState(template?.procedureCode ?? "");
  const [texts, setTexts] = useState(template ? textsOf(template.sections) : noTexts);
  const [lines, setLines] = useState(() => fieldLines(template?.fields ?? []));
  const [macros, setMacros] = useState(() => macroLines(template?.macros ?? {}));
  const fields = readFields(lines);
  const read = readMacros(macros);
  const ready = name.trim() !== "" && fields !== null && read !== null;
  const send = () => {
    if (!ready) return;
    const body = {
      name: name.trim(),
      modality: orNull(modality.toUpperCase()),
      bodyPart: orNull(bodyPart),
      procedureCode: orNull(code),
      sections: texts,
      fields,
      macros: read,
      ...(facilityId ? { facilityId } : {}),
    };
    onSubmit(body);
  };
  return (
    <div className="template">
      <section className="admin-card p-4" aria-label={t("Template")}>
        <Form
          label={t("Template")}
          submit={submit}
          busy={busy}
          problem={problem}
          disabled={!ready}
          onSubmit={send}
        >
          <Field
            label={t("Name")}
            value={name}
            maxLength={128}
            onChange={({ target }) => setName(target.value)}
          />
          <div className="grid grid-cols-3 gap-2">
            <Field
              label={t("Modality")}
              value={modality}
              maxLength={16}
              placeholder={t("any")}
              onChange={({ target }) => setModality(target.value)}
            />
            <Field
              label={t("Body part")}
              value={bodyPart}
              maxLength={64}
              placeholder={t("any")}
              onChange={({ target }) => setBodyPart(target.value)}
            />
            <Field
              label={t("Code of the procedure")}
              value={code}
              maxLength={64}
              placeholder={t("any")}
              onChange={({ target }) => setCode(target.value)}
            />
          </div>
          {!template && facilities.length > 1 && (
            <Select label={t("Facility")} value={facilityId} options={facilities} onChange={setFacilityId} />
          )}
          {sections.map(({ key, title, rows }) => (
            <Labelled key={key} label={t(title)}>
              <textarea
                className="text-area"
                rows={Math.min(rows, 6)}
                maxLength={20_000}
                value={texts[key]}
                onChange={({ target }) => setTexts({ ...texts, [key]: target.value })}
              />
            </Labelled>
          ))}
          <FieldLines lines={lines} onChange={setLines} />
          <MacroLines lines={macros} onChange={setMacros} />
        </Form>
      </section>
      <TemplatePreview name={name} texts={texts} fields={fields} macros={read} />
    </div>
  );
}
