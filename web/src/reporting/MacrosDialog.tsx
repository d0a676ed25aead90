import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient } from "../api/live.ts";
import { Button, IconButton } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field, Labelled } from "../kit/Field.tsx";
import { t } from "../words/words.ts";
import { type Macro, macrosKey } from "./macros.ts";

interface MacrosDialogProps {
  macros: readonly Macro[];
  /** What is selected in the report: a start for a new one. */
  selection: string;
  onInsert: (text: string) => void;
  onClose: () => void;
}

/** The menu of auto-text: chosen, made of what is selected, changed, and thrown away. */
export function MacrosDialog({ macros, selection, onInsert, onClose }: MacrosDialogProps) {
  const [search, setSearch] = useState("");
  const [name, setName] = useState("");
  const [text, setText] = useState(selection);
  const [error, setError] = useState<string | null>(null);
  const [changed, setChanged] = useState<Macro | null>(null);
  const [removed, setRemoved] = useState<string | null>(null);
  const wanted = search.trim().toLowerCase();
  const found = macros.filter((macro) => `${macro.name} ${macro.text}`.toLowerCase().includes(wanted));
  const [first] = found;
  const edit = (macro: Macro | null) => {
    setError(null);
    setChanged(macro);
    setName(macro?.name ?? "");
    setText(macro?.text ?? "");
  };
  const keep = () => {
    const body = { name: name.trim(), text: text.trim() };
    return changed?.id && changed.version !== undefined
      ? answerOf(
          api.PATCH("/api/v1/report-macros/{id}", {
            params: { path: { id: changed.id } },
            body: { ...body, expectedVersion: changed.version },
          }),
        )
      : answerOf(api.POST("/api/v1/report-macros", { body }));
  };
  const remove = (id: string) =>
    change(answerOf(api.DELETE("/api/v1/report-macros/{id}", { params: { path: { id } } })), () => {
      setRemoved(null);
      if (changed?.id === id) edit(null);
    });
  const change = async (work: Promise<unknown>, done?: () => void) => {
    setError(null);
    try {
      await work;
      done?.();
      await queryClient.invalidateQueries({ queryKey: macrosKey });
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={t("Auto-text")}
      description={t("In the report, a dot and the name write it out: .name and a blank.")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (first) onInsert(first.text);
        }}
      >
        <Field
          type="search"
          label={t("Search auto-text")}
          value={search}
          hint={first ? t("↵ inserts {name}", { name: first.name }) : undefined}
          onChange={(event) => setSearch(event.target.value)}
        />
      </form>
      <ul className="macro-list" aria-label={t("Auto-text")}>
        {found.map((macro) => (
          <li key={macro.id ?? macro.name} className="flex items-center gap-1">
            <button type="button" className="menu-item" onClick={() => onInsert(macro.text)}>
              <span className="mono text-beam">.{macro.name}</span>
              <span className="min-w-0 flex-1 truncate text-text-2">{macro.text}</span>
              {!macro.id && <span className="text-11 text-text-3">{t("of the template")}</span>}
            </button>
            {macro.id && removed !== macro.id && (
              <>
                <Button
                  size="s"
                  aria-label={t("Change {name}", { name: macro.name })}
                  onClick={() => edit(macro)}
                >
                  {t("Change")}
                </Button>
                <IconButton
                  icon="x"
                  label={t("Delete {name}", { name: macro.name })}
                  onClick={() => setRemoved(macro.id)}
                />
              </>
            )}
            {macro.id && removed === macro.id && (
              <>
                <Button size="s" variant="danger" onClick={() => void remove(macro.id ?? "")}>
                  {t("Delete {name}", { name: macro.name })}
                </Button>
                <Button size="s" autoFocus onClick={() => setRemoved(null)}>
                  {t("Keep it")}
                </Button>
              </>
            )}
          </li>
        ))}
        {found.length === 0 && (
          <li className="p-2 text-12 text-text-3">
            {macros.length === 0 ? t("There is none yet: keep one below.") : t("None is called so.")}
          </li>
        )}
      </ul>
      <form
        className="mt-3 grid gap-3 border-t border-line pt-3"
        onSubmit={(event) => {
          event.preventDefault();
          void change(keep(), () => edit(null));
        }}
      >
        <Field
          label={changed ? t("Name of what is changed") : t("Name of a new one")}
          value={name}
          maxLength={64}
          error={error}
          hint={t("Letters and digits, without blanks")}
          onChange={(event) => setName(event.target.value)}
        />
        <Labelled label={t("Its text")}>
          <textarea
            className="report-text"
            rows={3}
            maxLength={10_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Labelled>
        <div className="flex items-center justify-end gap-2">
          <span className="flex-1 text-12 text-text-3">
            {t("Places in [brackets] are filled in one after the other by Tab.")}
          </span>
          {changed && <Button onClick={() => edit(null)}>{t("Leave it as it was")}</Button>}
          <Button type="submit" disabled={!name.trim() || !text.trim()}>
            {changed ? t("Save auto-text") : t("Keep auto-text")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
