import type { Export } from "@isocenter/contract";
import { useEffect, useRef, useState } from "react";
import type { BarMenuProps } from "../kit/BarButton.tsx";
import { BarPopover } from "../kit/BarPopover.tsx";
import { Button, IconButton } from "../kit/Button.tsx";
import { momentIn } from "../kit/dates.ts";
import { Icon } from "../kit/Icon.tsx";
import type { MenuButton } from "../kit/OnDemand.tsx";
import { useRun } from "../kit/run.ts";
import { ErrorState } from "../kit/States.tsx";
import { sizeOf } from "../studies/format.ts";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { dropExport, isUnderWay, useExports, useReason } from "./queries.ts";
import { saveExport } from "./save.ts";

/** What was exported in the last day: what runs, what may be fetched, and what failed. */
export function Exports(bar: BarMenuProps & { button: MenuButton }) {
  const list = useExports(true);
  return (
    <BarPopover {...bar} label={t("Exports")} className="exports">
      <header className="px-3 pt-3 pb-2">
        <h2 className="text-13 font-semibold">{t("Exports")}</h2>
        <p className="text-12 text-text-3">
          {t("They go on when you leave the page. A file is kept for a day, for you alone.")}
        </p>
      </header>
      {list.isError && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <ul>
          {(list.data?.data ?? []).map((one) => (
            <Row key={one.id} one={one} />
          ))}
        </ul>
      )}
    </BarPopover>
  );
}

const titleOf = ({ studies, deidentify }: Export): string =>
  [
    t("{count, plural, one {# study} other {# studies}}", { count: studies }),
    deidentify === null ? null : t("de-identified"),
  ]
    .filter(Boolean)
    .join(", ");

function Row({ one }: { one: Export }) {
  const timeZone = useTimeZone();
  const [bytes, setBytes] = useState<number | null>(null);
  const { busy, act } = useRun("exports");
  const stop = useRef(new AbortController());
  const reason = useReason(one);
  useEffect(() => () => stop.current.abort(), []);
  const title = titleOf(one);
  const running = isUnderWay(one);
  const save = async () => {
    setBytes(0);
    await act(() => saveExport(one, setBytes, stop.current.signal));
    setBytes(null);
  };
  const drop = () => void act(() => dropExport(one.id));
  const state = running
    ? one.size
      ? t("{size} so far", { size: sizeOf(one.size) })
      : t("It begins")
    : one.state === "FAILED"
      ? t("Failed")
      : one.size === null
        ? t("Ready|file")
        : sizeOf(one.size);
  return (
    <li className="export-row">
      <Icon
        name={one.state === "FAILED" ? "alert" : running ? "clock" : "check"}
        size="s"
        className={`mt-0.5 ${one.state === "FAILED" ? "text-urg" : running ? "text-beam" : "text-ok"}`}
      />
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{title}</span>
        <span className="block text-12 text-text-3" role="status">
          {[
            one.format === "dicomdir" ? t("medium with DICOMDIR") : "ZIP",
            bytes === null || one.size === null
              ? state
              : t("{done} of {total}", { done: sizeOf(bytes), total: sizeOf(one.size) }),
            momentIn(timeZone, one.createdAt),
          ].join(" · ")}
        </span>
        {running && <progress className="mt-1 h-1 w-full" aria-label={t("Being made: {title}", { title })} />}
        {one.state === "FAILED" && reason.data && (
          <span className="block text-12 text-text-2 [overflow-wrap:anywhere]">{reason.data}</span>
        )}
      </span>
      {one.state === "DONE" && (
        <Button
          size="s"
          icon="download"
          busy={busy}
          aria-label={t("Save: {title}", { title })}
          onClick={() => void save()}
        >
          {t("Save")}
        </Button>
      )}
      <IconButton
        icon="x"
        label={running ? t("Stop: {title}", { title }) : t("Forget: {title}", { title })}
        onClick={drop}
      />
    </li>
  );
}
