import type { Destination } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../../../kit/Button.tsx";
import { Field } from "../../../kit/Field.tsx";
import { Select } from "../../../kit/forms.tsx";
import { t } from "../../../words/words.ts";
import { keysOf, type Wanted } from "./matches.ts";

/** What is looked for, and where. */
export function RemoteForm({
  systems,
  system,
  byGet,
  wanted,
  searching,
  onSearch,
  onWay,
  onStop,
}: {
  systems: readonly Destination[];
  system: string;
  /** Found studies are fetched by C-GET. */
  byGet: boolean;
  wanted: Wanted;
  searching: boolean;
  onSearch: (system: string, wanted: Wanted) => void;
  onWay: (byGet: boolean) => void;
  onStop: () => void;
}) {
  const [at, setAt] = useState(system);
  const [draft, setDraft] = useState<Wanted>(wanted);
  const field = (key: keyof Wanted) => ({
    value: draft[key] ?? "",
    autoComplete: "off",
    onChange: ({ target }: { target: { value: string } }) => setDraft({ ...draft, [key]: target.value }),
  });
  return (
    <search>
      <form
        className="remote-form"
        aria-label={t("Search in another system")}
        onSubmit={(event) => {
          event.preventDefault();
          if (keysOf(draft)) onSearch(at, draft);
        }}
      >
        <Select
          label={t("System")}
          value={at}
          options={systems.map(({ id, aeTitle, description }) => ({
            value: id,
            word: description ? `${aeTitle} · ${description}` : aeTitle,
          }))}
          onChange={setAt}
        />
        <Field label={t("Patient’s name")} maxLength={64} placeholder={t("Family, Given")} {...field("q")} />
        <Field label={t("Patient’s identifier")} maxLength={64} {...field("patient")} />
        <Field label={t("Accession number")} maxLength={16} {...field("accession")} />
        <Field label={t("Description")} maxLength={60} {...field("description")} />
        <Field label={t("Modality")} maxLength={16} {...field("modality")} />
        <Field label={t("From")} type="date" {...field("from")} />
        <Field label={t("To")} type="date" {...field("to")} />
        <Select
          label={t("Fetch by")}
          value={byGet ? "get" : "move"}
          options={[
            { value: "move", word: t("a call back (C-MOVE)") },
            { value: "get", word: t("our connection (C-GET)") },
          ]}
          onChange={(way) => onWay(way === "get")}
        />
        {searching ? (
          <Button size="l" icon="x" onClick={onStop}>
            {t("Stop")}
          </Button>
        ) : (
          <Button
            size="l"
            variant="primary"
            icon="search"
            type="submit"
            disabled={keysOf(draft) === null || at === ""}
          >
            {t("Search")}
          </Button>
        )}
      </form>
    </search>
  );
}
