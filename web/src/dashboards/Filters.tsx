import { priorities } from "@isocenter/contract/workflow";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMe } from "../api/client.ts";
import { Button } from "../kit/Button.tsx";
import { t } from "../words/words.ts";
import {
  type DashboardState,
  defaultPeriod,
  type PeriodName,
  periods,
  readDashboardState,
  spanOf,
} from "./dashboard-state.ts";
import { type Query, useFigures } from "./queries.ts";
import { groupWord } from "./say.ts";

/** What narrows the figures; all of it stands in the address. */
export function Filters({
  state,
  today,
  own,
  asOf,
  examinations,
}: {
  state: DashboardState;
  today: string;
  own: boolean;
  asOf: string;
  examinations: boolean;
}) {
  const navigate = useNavigate();
  const me = useMe();
  const span = spanOf(state, today);
  const change = (part: Partial<Record<keyof DashboardState, string>>) => {
    const next = { ...state, ...part };
    void navigate({ to: "/analytics", search: readDashboardState(next) });
  };
  // Whoever is in the figures of the period may be chosen.
  const choice = (by: string): Query => ({
    ...span,
    groupBy: by,
    ...(state.facilityId ? { facilityId: state.facilityId } : {}),
  });
  const modalities = useFigures("volumes", choice("modality"), examinations);
  const radiologists = useFigures("productivity", choice("radiologist"), examinations && !own);
  const options = (by: string, answer: typeof modalities, chosen: string | undefined) => {
    const all = (answer.data?.data ?? []).flatMap(({ group }) =>
      group[by] ? [[group[by], groupWord(by, group)] as const] : [],
    );
    return chosen && !all.some(([value]) => value === chosen) ? [...all, [chosen, chosen] as const] : all;
  };
  const filtered = Boolean(state.modality || state.priority || state.radiologistId || state.facilityId);
  return (
    <form
      className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-3"
      aria-label={t("Filters")}
      onSubmit={(event) => event.preventDefault()}
    >
      <Choice label={t("Period")}>
        <select
          id="dashboard-period"
          value={state.from ? "days" : (state.period ?? defaultPeriod)}
          onChange={(event) => {
            const { value } = event.target;
            if (value === "days") change({ from: span.from, to: span.to });
            else change({ period: value, from: "", to: "" });
          }}
        >
          {(Object.keys(periods) as PeriodName[]).map((name) => (
            <option key={name} value={name}>
              {t(periods[name].label)}
            </option>
          ))}
          <option value="days">{t("Days of choice")}</option>
        </select>
      </Choice>
      {state.from && (
        <>
          <Choice label={t("From")}>
            <input
              type="date"
              value={span.from}
              max={span.to}
              onChange={({ target }) => target.value && change({ from: target.value, to: span.to })}
            />
          </Choice>
          <Choice label={t("To")}>
            <input
              type="date"
              value={span.to}
              min={span.from}
              onChange={({ target }) => target.value && change({ from: span.from, to: target.value })}
            />
          </Choice>
        </>
      )}
      {(me?.facilities.length ?? 0) > 1 && (
        <Choice label={t("Facility")}>
          <select
            value={state.facilityId ?? ""}
            onChange={({ target }) => change({ facilityId: target.value })}
          >
            <option value="">{t("all")}</option>
            {me?.facilities.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </Choice>
      )}
      {examinations && (
        <>
          <Choice label={t("Modality")}>
            <select
              value={state.modality ?? ""}
              onChange={({ target }) => change({ modality: target.value })}
            >
              <option value="">{t("all")}</option>
              {options("modality", modalities, state.modality).map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </select>
          </Choice>
          <Choice label={t("Priority")}>
            <select
              value={state.priority ?? ""}
              onChange={({ target }) => change({ priority: target.value })}
            >
              <option value="">{t("all")}</option>
              {priorities.map((priority) => (
                <option key={priority} value={priority}>
                  {groupWord("priority", { priority })}
                </option>
              ))}
            </select>
          </Choice>
          {!own && (
            <Choice label={t("Radiologist")}>
              <select
                value={state.radiologistId ?? ""}
                onChange={({ target }) => change({ radiologistId: target.value })}
              >
                <option value="">{t("all")}</option>
                {options("radiologist", radiologists, state.radiologistId).map(([value, word]) => (
                  <option key={value} value={value}>
                    {word}
                  </option>
                ))}
              </select>
            </Choice>
          )}
        </>
      )}
      {filtered && (
        <Button
          variant="ghost"
          size="s"
          onClick={() => change({ modality: "", priority: "", radiologistId: "", facilityId: "" })}
        >
          {t("Clear filters")}
        </Button>
      )}
      <span className="flex-1" />
      <span className="text-12 text-text-3">
        {own && `${t("Your own figures")} · `}
        {asOf}
      </span>
    </form>
  );
}

function Choice({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="filter-select">
      {label}
      {children}
    </label>
  );
}
