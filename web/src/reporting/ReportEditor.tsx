import type { PatientSummary, Report } from "@isocenter/contract";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { Icon } from "../kit/Icon.tsx";
import { useShortcuts } from "../kit/shortcuts.ts";
import { toast } from "../kit/toast.ts";
import { message, t } from "../words/words.ts";
import { type SectionKey, sections } from "./autosave.ts";
import { Dictation } from "./Dictation.tsx";
import { FindingDialog } from "./FindingDialog.tsx";
import { GivenToAnother } from "./GivenToAnother.tsx";
import { GiveUpDialog } from "./GiveUpDialog.tsx";
import { inserted, insertIntoReport, takeInsertions } from "./insertion.ts";
import { Leaving } from "./Leaving.tsx";
import { LetterPreview } from "./LetterPreview.tsx";
import { MacrosDialog } from "./MacrosDialog.tsx";
import { bracketFrom, expandedAt, goOnFrom, useMacros } from "./macros.ts";
import { OtherWriter } from "./OtherWriter.tsx";
import { keepReport } from "./queries.ts";
import { ReadByAnother } from "./ReadByAnother.tsx";
import { SignDialog } from "./SignDialog.tsx";
import { recognitionOfBrowser } from "./speech.ts";
import { TemplateFields } from "./TemplateFields.tsx";
import { useAutosave } from "./use-autosave.ts";

const words = {
  saved: message("All is saved"),
  waiting: message("Not saved yet"),
  saving: message("Saving"),
  failed: message("Not saved; it is tried again"),
  conflict: message("Somebody else has changed this report"),
  signed: message("Somebody else has signed this report"),
} as const;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

interface ReportEditorProps {
  report: Report;
  /** By whoever looks at it, just now: they go on writing. */
  begun: boolean;
  /** Whose the study is now. */
  patient: PatientSummary;
}

/** A report that is being written. */
export function ReportEditor({ report, begun, patient }: ReportEditorProps) {
  /** Whom whoever writes takes the text to be about, whoever the study is given to under their hands. */
  const [about, setAbout] = useState(report.patient);
  const me = useMe();
  const autosave = useAutosave(report);
  const [signing, setSigning] = useState(false);
  const [raising, setRaising] = useState(false);
  const [wrong, setWrong] = useState(false);
  const [previewing, setPreviewing] = useState(false);
  const [givingUp, setGivingUp] = useState(false);
  const one = { params: { path: { id: report.id } } };
  const may = (action: string) => report.actions.includes(action);
  const { texts, state } = autosave;

  /** Does something with what is saved. */
  const whenSaved = async (next: () => void | Promise<void>) => {
    if (wrong) return toast({ title: t("A field is not right yet"), tone: "urg" });
    if (!(await autosave.flush())) return;
    try {
      await next();
    } catch (error) {
      toast({ title: t("That did not work"), detail: (error as Error).message, tone: "urg" });
    }
  };
  const submit = () =>
    whenSaved(async () => {
      await answerOf(
        api.POST("/api/v1/reports/{id}/submit", { ...one, body: { expectedVersion: autosave.version } }),
      );
      toast({ title: t("Submitted to be signed"), tone: "ok" });
      await keepReport(report.studyId);
    });
  /** Where the caret was last; measurements come there, or at the end of the findings. */
  const place = useRef<{ key: SectionKey; from: number; to: number } | null>(null);
  const noteCaret = (key: SectionKey, { selectionStart, selectionEnd }: HTMLTextAreaElement) => {
    place.current = { key, from: selectionStart, to: selectionEnd };
  };
  useEffect(
    () =>
      takeInsertions((text, section) => {
        const end = section ?? "findings";
        const whole = autosave.texts[end].length;
        const { key, from, to } = (!section && place.current) || { key: end, from: whole, to: whole };
        const next = inserted(autosave.texts[key], from, to, text);
        autosave.edit(key, next.text);
        place.current = { key, from: next.caret, to: next.caret };
      }),
    [autosave],
  );
  const macros = useMacros(report.template?.id ?? null);
  const [choosing, setChoosing] = useState(false);
  const selection = () => {
    const { key, from, to } = place.current ?? { key: "findings" as const, from: 0, to: 0 };
    return autosave.texts[key].slice(from, to);
  };
  /** Whether a sentence begins where text comes next. */
  const begins = () => {
    const { key, from } = place.current ?? { key: "findings" as const, from: autosave.texts.findings.length };
    return /(^|[.?!\n])\s*$/.test(autosave.texts[key].slice(0, from));
  };
  const areaOf = (key: SectionKey) => document.getElementById(`section-${key}`) as HTMLTextAreaElement | null;
  const typed = (key: SectionKey, area: HTMLTextAreaElement) => {
    const expanded = expandedAt(area.value, area.selectionStart, macros);
    autosave.edit(key, expanded?.text ?? area.value);
    if (expanded) goOn(key, goOnFrom(expanded.text, expanded.from, expanded.caret));
    else noteCaret(key, area);
  };
  /** Puts the caret where the text goes on, once React has drawn it. */
  const goOn = (key: SectionKey, { from, to }: { from: number; to: number }) => {
    place.current = { key, from, to };
    requestAnimationFrame(() => {
      areaOf(key)?.focus();
      areaOf(key)?.setSelectionRange(from, to);
    });
  };
  const writeOn = useRef(() => {});
  writeOn.current = () => {
    const key = open[0]?.key ?? "findings";
    goOn(key, bracketFrom(texts[key], 0) ?? { from: texts[key].length, to: texts[key].length });
  };
  useEffect(() => {
    if (begun) writeOn.current();
  }, [begun]);
  const insertMacro = (text: string) => {
    insertIntoReport(text);
    const { key, to: caret } = place.current ?? { key: "findings" as const, to: 0 };
    goOn(key, goOnFrom(autosave.texts[key], caret - text.length, caret));
  };
  /** Selects the next place in brackets, in this section or one after it. @returns false where there is none */
  const nextPlace = (key: SectionKey, area: HTMLTextAreaElement, backwards: boolean): boolean => {
    const all = backwards ? sections.toReversed() : sections;
    for (const { key: other } of all.slice(all.findIndex((one) => one.key === key))) {
      const text = autosave.texts[other];
      const start =
        other === key ? (backwards ? area.selectionStart : area.selectionEnd) : backwards ? text.length : 0;
      const found = bracketFrom(text, start, backwards);
      const target = found && areaOf(other);
      if (!found || !target) continue;
      target.focus();
      target.setSelectionRange(found.from, found.to);
      return true;
    }
    return false;
  };
  const open = sections.filter(({ key }) => bracketFrom(texts[key], 0));
  useShortcuts(t("Report"), [
    { caps: ["Ctrl", "↵"], label: t("sign"), inBar: true },
    { caps: ["Tab"], label: t("next place in [brackets]"), inBar: true },
    { caps: ["Alt", "A"], label: t("auto-text"), inBar: true },
    ...(recognitionOfBrowser() ? [{ caps: ["Alt", "D"], label: t("dictate") }] : []),
    { caps: ["Alt", "P"], label: t("compare with the newest prior") },
    { caps: ["Ctrl", "S"], label: t("save now") },
    { caps: ["Alt", "C"], label: t("critical finding") },
  ]);
  const onKey = useRef<(event: KeyboardEvent) => void>(() => {});
  onKey.current = (event) => {
    if (event.defaultPrevented || document.querySelector("[role=dialog], dialog[open]")) return;
    const command = event.ctrlKey || event.metaKey;
    const does =
      command && event.key === "Enter" && may("sign")
        ? () => whenSaved(() => setSigning(true))
        : command && event.key === "s"
          ? () => autosave.flush()
          : event.altKey && event.key.toLowerCase() === "c" && may("edit")
            ? () => setRaising(true)
            : event.altKey && event.key.toLowerCase() === "a" && may("edit")
              ? () => setChoosing(true)
              : null;
    if (!does) return;
    event.preventDefault();
    void does();
  };
  useLayoutEffect(() => {
    // Also from the images beside the report.
    const listener = (event: KeyboardEvent) => onKey.current(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);

  return (
    <form className="report-body" aria-label={t("Report")} onSubmit={(event) => event.preventDefault()}>
      <Leaving autosave={autosave} />
      <OtherWriter autosave={autosave} template={report.template} />
      {patient.id !== about.id && (
        <GivenToAnother before={about} given={patient} onTaken={() => setAbout(patient)} />
      )}
      {report.claim && report.claim.user.id !== me?.id && <ReadByAnother claim={report.claim} />}
      {may("edit") && (
        <div className="report-tools" role="toolbar" aria-label={t("Writing")}>
          <Button size="s" hotkey="Alt A" onClick={() => setChoosing(true)}>
            {t("Auto-text")}
          </Button>
          <Dictation onText={(text) => void insertIntoReport(begins() ? capital(text) : text)} />
        </div>
      )}
      {report.template && (
        <TemplateFields
          template={report.template}
          texts={texts}
          readOnly={!may("edit")}
          onEdit={autosave.edit}
          onWrong={setWrong}
        />
      )}
      {sections.map(({ key, title, rows }) => (
        <div key={key} className="report-section">
          <label htmlFor={`section-${key}`}>{t(title)}</label>
          <div className={autosave.contested.includes(key) ? "both" : ""}>
            <textarea
              id={`section-${key}`}
              className="report-text"
              style={{ "--rows": rows } as React.CSSProperties}
              value={texts[key]}
              maxLength={50_000}
              spellCheck
              readOnly={!may("edit")}
              onSelect={(event) => noteCaret(key, event.currentTarget)}
              onChange={(event) => typed(key, event.currentTarget)}
              onKeyDown={(event) => {
                if (event.key !== "Tab" || event.ctrlKey || event.altKey) return;
                if (nextPlace(key, event.currentTarget, event.shiftKey)) event.preventDefault();
              }}
            />
            {autosave.newer && autosave.contested.includes(key) && (
              <div
                className="report-text theirs"
                role="note"
                aria-label={t("{section}, theirs", { section: t(title) })}
              >
                {autosave.newer.texts[key] || t("(empty)")}
              </div>
            )}
          </div>
        </div>
      ))}
      <footer className="report-foot">
        <span className={`save-state ${state}`} role="status">
          <Icon
            name={state === "saved" ? "check" : state === "waiting" || state === "saving" ? "clock" : "alert"}
            size="s"
          />
          {t(words[state])}
        </span>
        <span className="flex-1" />
        {may("cancel") && (
          <Button variant="ghost" onClick={() => void whenSaved(() => setGivingUp(true))}>
            {t("Give up")}
          </Button>
        )}
        <Button
          variant="ghost"
          icon="file"
          aria-pressed={previewing}
          onClick={() => (previewing ? setPreviewing(false) : void whenSaved(() => setPreviewing(true)))}
        >
          {t("Letter")}
        </Button>
        {may("edit") && (
          <Button variant="ghost" icon="alert" onClick={() => setRaising(true)}>
            {t("Critical finding")}
          </Button>
        )}
        {may("submit") && (
          <Button size="l" onClick={() => void submit()}>
            {t("Submit")}
          </Button>
        )}
        {may("sign") && (
          <Button variant="primary" size="l" onClick={() => void whenSaved(() => setSigning(true))}>
            {t("Sign")}
          </Button>
        )}
      </footer>
      {signing && (
        <SignDialog
          title={t("Sign the report")}
          reportId={report.id}
          patient={about}
          action={t("Sign")}
          onClose={() => setSigning(false)}
          run={(password, patientId) =>
            answerOf(
              api.POST("/api/v1/reports/{id}/sign", {
                ...one,
                body: { expectedVersion: autosave.version, patientId, password },
              }),
            )
          }
          done={async () => {
            const detail = report.orderId
              ? t("Who asked for the examination is told.")
              : t("The study came without an order: nobody is told of the report by itself.");
            toast({ title: t("Signed"), detail, tone: "ok" });
            await keepReport(report.studyId);
          }}
        >
          {open.length > 0 && (
            <p className="note urg" role="note">
              {t("Places in [brackets] are still open: {sections}.", {
                sections: open.map(({ title }) => t(title)).join(", "),
              })}
            </p>
          )}
        </SignDialog>
      )}
      {previewing && (
        <LetterPreview reportId={report.id} version={autosave.version} onClose={() => setPreviewing(false)} />
      )}
      {givingUp && (
        <GiveUpDialog report={report} version={autosave.version} onClose={() => setGivingUp(false)} />
      )}
      {choosing && (
        <MacrosDialog
          macros={macros}
          selection={selection()}
          onInsert={(text) => {
            setChoosing(false);
            insertMacro(text);
          }}
          onClose={() => setChoosing(false)}
        />
      )}
      {raising && (
        <FindingDialog
          studyId={report.studyId}
          reportId={report.id}
          impression={texts.impression}
          onClose={() => setRaising(false)}
        />
      )}
    </form>
  );
}
