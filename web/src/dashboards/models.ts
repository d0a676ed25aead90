import type { Priority } from "@isocenter/contract";
import { joined } from "../kit/joined.ts";
import { t } from "../words/words.ts";
import { isUnfinished, partsOf, type Span, unitOf } from "./dashboard-state.ts";
import type { FigureName, Kind } from "./figures.ts";
import type { Bars, Columns, Heat, Model, Segment, Series, Tone } from "./model-types.ts";
import type { Answer, Row } from "./queries.ts";
import { countOf, duration, groupWord, money, partWord, percent, sayValue, segmentWord } from "./say.ts";

interface Context {
  span: Span;
  today: string;
  /** Minutes until a study is to be read and signed, by priority. */
  targets: Readonly<Record<Priority, number>> | null;
  /** The filter of the page. */
  priority?: string;
}

/** The part of the way that the department can act on, in its order; the table has all of it. */
const shownSegments: readonly [Segment, Tone][] = [
  ["ARRIVED_TO_PERFORMED", "t1"],
  ["PERFORMED_TO_READ", "act"],
  ["READ_TO_SIGNED", "t2"],
];
const categories: readonly Tone[] = ["k1", "k2", "k3", "k4", "k5"];
/** Beside these all others are one. */
const mostCategories = categories.length;

const number = (row: Row | undefined, name: string): number => Number(row?.[name] ?? 0);
const timeOf = (answer: Answer) => answer.groupBy.find((name) => ["day", "week", "month"].includes(name));
const labelOf = (answer: Answer, row: Row, except?: string): string =>
  answer.groupBy
    .filter((name) => name !== except)
    .map((name) => groupWord(name, row.group))
    .join(" ") || t("All");
const keyOf = (answer: Answer, row: Row): string =>
  answer.groupBy.map((name) => row.group[name] ?? "").join("|") + String(row.currency ?? "");

interface SegmentFigures {
  segment: Segment;
  count: number;
  medianSeconds: number | null;
  p90Seconds: number | null;
}
export const segmentOf = (row: Row | undefined, segment: Segment): SegmentFigures | undefined =>
  (row?.segments as SegmentFigures[] | undefined)?.find((one) => one.segment === segment);

/** What is drawn of an answer. */
export function modelOf(name: FigureName, answer: Answer, context: Context): Model {
  const time = timeOf(answer);
  if (name === "turnaround")
    return time ? turnaroundColumns(answer, context) : turnaroundBars(answer, context);
  if (name === "utilization")
    return time ? heat(answer, context) : shareBars(answer, usedShare(answer), "openMinutes", "minutes");
  if (name === "volumes")
    return time ? volumeColumns(answer, context) : plainBars(answer, "examinations", "count");
  if (name === "productivity")
    return time
      ? columns(answer, context, "count", [{ label: t("Signed"), tone: "k1" }], (row) => [
          number(row, "signed"),
        ])
      : plainBars(answer, "signed", "count", (row) =>
          row.medianReadToSignedSeconds === null
            ? ""
            : t("{time} to sign", { time: duration(number(row, "medianReadToSignedSeconds")) }),
        );
  if (name === "critical-findings") return findings(answer, context);
  if (name === "quality")
    return time
      ? columns(
          answer,
          context,
          "share",
          [{ label: t("Discrepancy rate"), tone: "k1" }],
          (row) => [number(row, "discrepancyRate")],
          (row) => (row ? t("{count} reviewed", { count: number(row, "reviewed") }) : ""),
        )
      : shareBars(answer, "discrepancyRate", "reviewed", "count");
  return revenue(answer, context);
}

function turnaroundBars(answer: Answer, { targets, priority }: Context): Bars {
  const order = ["STAT", "URGENT", "ROUTINE"];
  const rows = answer.data
    .filter((row) => shownSegments.some(([segment]) => segmentOf(row, segment)?.medianSeconds != null))
    .map((row) => {
      const values = shownSegments.map(([segment]) => segmentOf(row, segment)?.medianSeconds ?? 0);
      const whole = segmentOf(row, "PERFORMED_TO_SIGNED");
      const of = (row.group.priority ?? priority) as Priority | undefined;
      const minutes = of && targets ? targets[of] : null;
      // The target counts from the end of the examination, the bar from the arrival.
      const target = minutes ? (values[0] ?? 0) + minutes * 60 : null;
      const median = whole?.medianSeconds ?? null;
      const late = minutes != null && median !== null && median > minutes * 60;
      const label = labelOf(answer, row);
      const parts = shownSegments.flatMap(([segment]) => {
        const one = segmentOf(row, segment);
        return one?.medianSeconds == null
          ? []
          : [`${segmentWord(segment)} ${duration(one.medianSeconds)} (${countOf(one.count)})`];
      });
      return {
        key: keyOf(answer, row),
        label,
        values,
        text: median === null ? "–" : duration(median),
        count: whole?.count ?? 0,
        target,
        late,
        said: [
          label,
          ...parts,
          ...(median === null ? [] : [`${segmentWord("PERFORMED_TO_SIGNED")} ${duration(median)}`]),
          ...(minutes ? [t("target {time}", { time: duration(minutes * 60) })] : []),
          ...(late ? [t("past its target")] : []),
        ].join(", "),
        rank: order.indexOf(row.group.priority ?? ""),
      };
    })
    .sort((a, b) => a.rank - b.rank || a.label.localeCompare(b.label))
    .map(({ rank: _, ...row }) => row);
  return {
    kind: "bars",
    unit: "seconds",
    series: shownSegments.map(([segment, tone]) => ({ label: segmentWord(segment), tone })),
    targetLabel: rows.some(({ target }) => target !== null)
      ? t("target of the priority, from performed to signed")
      : null,
    rows,
  };
}

function turnaroundColumns(answer: Answer, context: Context): Columns {
  const minutes = context.priority && context.targets ? context.targets[context.priority as Priority] : null;
  const model = columns(
    answer,
    context,
    "seconds",
    [{ label: t("Performed to signed, median"), tone: "act" }],
    (row) => [segmentOf(row, "PERFORMED_TO_SIGNED")?.medianSeconds ?? 0],
    (row) => (row ? t("{count} counted", { count: segmentOf(row, "PERFORMED_TO_SIGNED")?.count ?? 0 }) : ""),
  );
  return minutes ? { ...model, target: minutes * 60, targetLabel: t("target of the priority") } : model;
}

/** A bar for each group, the largest first. */
function plainBars(answer: Answer, name: string, unit: Kind, more: (row: Row) => string = () => ""): Bars {
  const rows = answer.data
    .map((row) => {
      const value = number(row, name);
      const label = labelOf(answer, row);
      const text = joined(sayValue(value, unit), more(row));
      return {
        key: keyOf(answer, row),
        label,
        values: [value],
        text,
        count: null,
        target: null,
        late: false,
        said: `${label}: ${text}`,
      };
    })
    .sort((a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0));
  return { kind: "bars", unit, series: [{ label: "", tone: "k1" }], targetLabel: null, rows };
}

/** A share for each group beside what it is a share of. */
function shareBars(answer: Answer, name: string, of: string, kind: Kind): Bars {
  const rows = answer.data.map((row) => {
    const share = row[name] as number | null;
    const label = labelOf(answer, row);
    const text =
      share === null
        ? t("none counted")
        : t("{share} of {whole}", { share: percent(share), whole: sayValue(row[of], kind) });
    return {
      key: keyOf(answer, row),
      label,
      values: [share ?? 0],
      text,
      count: null,
      target: null,
      late: false,
      said: `${label}: ${text}`,
    };
  });
  return { kind: "bars", unit: "share", series: [{ label: "", tone: "k1" }], targetLabel: null, rows };
}

const outcomes = ["acknowledgedInTime", "acknowledgedLate", "neverAcknowledged"] as const;

/** Of how many findings it is known whether they were acknowledged in time: the others are not due yet, or have no time limit. */
export const decidedOf = (row: Row | undefined): number =>
  outcomes.reduce((sum, name) => sum + number(row, name), 0);

function findings(answer: Answer, context: Context): Bars | Columns {
  const series: Series[] = [
    { label: t("In time"), tone: "ok" },
    { label: t("Late"), tone: "late" },
    { label: t("Never"), tone: "never" },
  ];
  const valuesOf = (row: Row | undefined) => outcomes.map((name) => number(row, name));
  const textOf = (row: Row | undefined) => {
    if (!row) return "";
    const share = row.acknowledgedShareInTime as number | null;
    const whole = countOf(decidedOf(row));
    return share === null
      ? countOf(number(row, "findings"))
      : t("{share} of {whole}", { share: percent(share), whole });
  };
  if (timeOf(answer)) return columns(answer, context, "count", series, valuesOf, textOf);
  const order = ["CRITICAL", "HIGH", "MODERATE", "LOW"];
  const rows = answer.data
    .toSorted((a, b) => order.indexOf(a.group.severity ?? "") - order.indexOf(b.group.severity ?? ""))
    .map((row) => {
      const values = valuesOf(row);
      const label = labelOf(answer, row);
      const said = [
        label,
        textOf(row),
        ...series.map(({ label: word }, index) => `${word} ${values[index]}`),
      ].join(", ");
      return {
        key: keyOf(answer, row),
        label,
        values,
        text: textOf(row),
        count: null,
        target: null,
        late: false,
        said,
      };
    });
  return { kind: "bars", unit: "count", series, targetLabel: null, rows };
}

/** A column for each part of the span, also where nothing happened. */
function columns(
  answer: Answer,
  { span, today }: Context,
  unit: Kind,
  series: Series[],
  valuesOf: (row: Row | undefined) => number[],
  noteOf: (row: Row | undefined) => string = () => "",
  currency?: string,
): Columns {
  const time = timeOf(answer) ?? "day";
  const parts = partsOf(span, unitOf(span)).map((key) => {
    const row = answer.data.find((one) => one.group[time] === key);
    const values = valuesOf(row);
    const sum = values.reduce((all, value) => all + value, 0);
    const unfinished = isUnfinished(key, span, today);
    const text = sum === 0 ? "" : sayValue(sum, unit, currency);
    const said = [
      partWord(key),
      ...(series.length > 1
        ? series.map(({ label }, index) => `${label} ${sayValue(values[index], unit, currency)}`)
        : [sayValue(sum, unit, currency)]),
      noteOf(row),
      unfinished ? t("not over yet") : "",
    ];
    const weekday = time === "day" ? new Date(`${key}T00:00:00Z`).getUTCDay() : 1;
    return {
      key,
      label: partWord(key),
      unfinished,
      weekend: weekday === 0 || weekday === 6,
      values,
      text,
      said: said.filter(Boolean).join(", "),
    };
  });
  return {
    kind: "columns",
    unit,
    ...(currency ? { currency } : {}),
    series,
    targetLabel: null,
    target: null,
    parts,
  };
}

function volumeColumns(answer: Answer, context: Context): Columns {
  const time = timeOf(answer) ?? "day";
  const other = answer.groupBy.find((name) => name !== time);
  if (!other)
    return columns(answer, context, "count", [{ label: t("Examinations"), tone: "k1" }], (row) => [
      number(row, "examinations"),
    ]);
  const totals = new Map<string, { word: string; total: number }>();
  for (const row of answer.data) {
    const key = row.group[other] ?? "";
    const before = totals.get(key)?.total ?? 0;
    totals.set(key, { word: groupWord(other, row.group), total: before + number(row, "examinations") });
  }
  const ranked = [...totals].sort(([, a], [, b]) => b.total - a.total);
  const own = ranked.slice(0, mostCategories).map(([key]) => key);
  const rest = ranked.length > mostCategories;
  const series: Series[] = own.map((key, index) => ({
    label: totals.get(key)?.word ?? key,
    tone: categories[index] ?? "k6",
  }));
  if (rest) series.push({ label: t("Other"), tone: "k6" });
  // One row for each part, as `columns` reads them.
  const merged = new Map<string, number[]>();
  for (const row of answer.data) {
    const part = row.group[time] ?? "";
    const values = merged.get(part) ?? series.map(() => 0);
    const index = own.indexOf(row.group[other] ?? "");
    const at = index < 0 ? series.length - 1 : index;
    values[at] = (values[at] ?? 0) + number(row, "examinations");
    merged.set(part, values);
  }
  const data = [...merged].map(([part, values]) => ({ group: { [time]: part }, values }));
  return columns({ ...answer, groupBy: [time], data }, context, "count", series, (row) =>
    row ? (row.values as number[]) : series.map(() => 0),
  );
}

/** Whether any scanner has said when it began and ended. Where none does, nothing is known of what stations performed. */
export const toldPerformed = (answer: Answer): boolean =>
  answer.data.some((row) => number(row, "performed") > 0);
const usedShare = (answer: Answer) => (toldPerformed(answer) ? "performedShare" : "bookedShare");

function heat(answer: Answer, { span, today }: Context): Heat {
  const time = timeOf(answer) ?? "day";
  const keys = partsOf(span, unitOf(span));
  const parts = keys.map((key) => ({
    key,
    label: partWord(key),
    unfinished: isUnfinished(key, span, today),
  }));
  const stations = Map.groupBy(answer.data, (row) => row.group.station ?? "");
  const rows = [...stations].map(([key, cells]) => {
    const label = groupWord("station", cells[0]?.group ?? {});
    return {
      key,
      label,
      cells: keys.map((part) => {
        const cell = cells.find((one) => one.group[time] === part);
        const open = number(cell, "openMinutes") > 0;
        const share = open ? number(cell, usedShare(answer)) : null;
        const booked = open ? percent(number(cell, "bookedShare")) : "";
        const said =
          share === null
            ? `${label}, ${partWord(part)}, ${t("closed")}`
            : `${label}, ${partWord(part)}, ${toldPerformed(answer) ? t("{share} used, {booked} booked", { share: percent(share), booked }) : t("{booked} booked", { booked })}`;
        return { share, said };
      }),
    };
  });
  return { kind: "heat", parts, rows: rows.sort((a, b) => a.label.localeCompare(b.label)) };
}

/** The currencies of an answer; amounts of several are never added up. */
export const currenciesOf = (answer: Answer): string[] =>
  [...new Set(answer.data.map((row) => String(row.currency)))].sort();

function revenue(answer: Answer, context: Context): Bars | Columns {
  const currency = currenciesOf(answer)[0] ?? "EUR";
  const of = { ...answer, data: answer.data.filter((row) => row.currency === currency) };
  const series: Series[] = [
    { label: t("Paid"), tone: "k1" },
    { label: t("Owed"), tone: "t2" },
  ];
  const valuesOf = (row: Row | undefined) => [number(row, "paid"), number(row, "outstanding")];
  if (timeOf(answer)) {
    const note = (row: Row | undefined) =>
      row ? t("{count, plural, one {# bill} other {# bills}}", { count: number(row, "bills") }) : "";
    return columns(of, context, "money", series, valuesOf, note, currency);
  }
  const rows = of.data.map((row) => {
    const values = valuesOf(row);
    const label = labelOf(answer, row);
    const text = t("{amount} billed", { amount: money(number(row, "billed"), currency) });
    const said = [
      label,
      text,
      ...series.map((one, index) => `${one.label} ${money(values[index] ?? 0, currency)}`),
    ].join(", ");
    return {
      key: keyOf(answer, row),
      label,
      values,
      text,
      count: number(row, "bills"),
      target: null,
      late: false,
      said,
    };
  });
  return { kind: "bars", unit: "money", currency, series, targetLabel: null, rows };
}
