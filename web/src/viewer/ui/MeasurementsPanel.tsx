import type { KeyImage, Measurement } from "@isocenter/contract";
import { useRef, useState } from "react";
import { joined } from "../../kit/joined.ts";
import { t } from "../../words/words.ts";
import type { Marked } from "../marks/annotations.ts";
import { canBeKept, isInPlane } from "../marks/planes.ts";
import { keyOfImage, type MarkedStudy } from "../marks/study-marks.ts";
import { kindNames, placeWords, shortText, sourceWords } from "../marks/words.ts";
import { createStore } from "../stack/store.ts";
import { Icon, type IconName } from "./icons.tsx";
import { KeyImageRow } from "./KeyImageRow.tsx";
import { citedAt, type Place, type Places } from "./places.ts";
import { RowButton } from "./RowButton.tsx";
import { lookAtPictures, SidePanel } from "./SidePanel.tsx";
import type { MeasuredPlanes } from "./use-measured-planes.ts";
import { useStore } from "./use-store.ts";

interface MeasurementsPanelProps {
  marks: readonly Marked[];
  selected: string;
  marked: MarkedStudy | undefined;
  /** Whether the person may keep them. */
  mayMark: boolean;
  places: Places;
  measuredPlanes: MeasuredPlanes;
  onGo: (place: Place) => void;
  onSelect: (id: string) => void;
  onRename: (id: string, label: string) => void;
  onRemove: (id: string) => void;
  onInsert: ((id: string) => void) | undefined;
  onInsertKeyImage: ((image: KeyImage) => void) | undefined;
  onClose: () => void;
}

const none = createStore<never[]>([]);
const quiet = createStore({ state: "kept" as const, error: "" });

/** What was measured on the open images, the key images, and what others measured. */
export function MeasurementsPanel(props: MeasurementsPanelProps) {
  const { marks, marked, mayMark, onClose } = props;
  const keyImages = useStore<readonly KeyImage[]>(marked?.keyImages ?? none);
  const others = useStore(marked?.others ?? none);
  return (
    <SidePanel
      label={t("Measurements and key images")}
      title={t("Measurements")}
      beside={marks.length}
      className="vw-marks"
      closeLabel={t("Close the measurements")}
      onClose={onClose}
    >
      <div className="vw-marks-body">
        <KeepState marked={marked} mayMark={mayMark} />
        {marks.length === 0 ? (
          <p className="vw-nothing">
            {t("Nothing is measured yet. Choose a tool, L for a length, and draw on the image.")}
          </p>
        ) : (
          <ol className="vw-mark-list">
            {marks.map((mark) => (
              <Mark key={mark.measurement.id} mark={mark} {...props} />
            ))}
          </ol>
        )}
        {marked && mayMark && marks.length > 0 && <ArchiveButton marked={marked} />}
        <h3>{t("Key images")}</h3>
        {keyImages.length === 0 ? (
          <p className="vw-nothing">{t("K marks the image in the active viewport.")}</p>
        ) : (
          <ul className="vw-mark-list">
            {keyImages.map((key) => (
              <KeyImageRow key={keyOfImage(key)} image={key} {...props} />
            ))}
          </ul>
        )}
        {others.map((other) => (
          <section key={other.name} aria-label={t("Measured by {name}", { name: other.name })}>
            <h3>{t("Measured by {name}", { name: other.name })}</h3>
            <ul className="vw-mark-list">
              {other.measurements.map((measurement) => (
                <OthersMark key={measurement.id} measurement={measurement} {...props} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </SidePanel>
  );
}

/** Whether what is drawn outlasts the viewer. */
function KeepState({ marked, mayMark }: Pick<MeasurementsPanelProps, "marked" | "mayMark">) {
  const measurements = useStore(marked?.measurements ?? quiet);
  const keyImages = useStore(marked?.keyImageState ?? quiet);
  const failed = [measurements, keyImages].find(({ state }) => state === "failed");
  if (marked && failed)
    return (
      <div className="vw-keep" role="alert">
        <p>{t("Not kept: {reason}", { reason: failed.error })}</p>
        <button type="button" className="vw-button" onClick={marked.retry}>
          {t("Try again")}
        </button>
      </div>
    );
  if (!marked || !mayMark)
    return (
      <p className="vw-keep">
        {t("Only people who write reports keep measurements; these go with the viewer.")}
      </p>
    );
  const busy = [measurements, keyImages].some(({ state }) => state === "saving");
  return (
    <p className="vw-keep" data-testid="keep-state" data-state={busy ? "saving" : measurements.state}>
      {busy
        ? t("Keeping")
        : measurements.state === "loading"
          ? t("Looking for earlier measurements")
          : t("Kept for you with the study")}
    </p>
  );
}

/** What is kept goes into the study when the report is signed, or at once by this. */
function ArchiveButton({ marked }: { marked: MarkedStudy }) {
  const { state } = useStore(marked.measurements);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const archive = async () => {
    setBusy(true);
    setSaid("");
    try {
      await marked.archive();
      setSaid(t("It is in the study, and among its series when the study is opened again."));
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="vw-keep">
      <button
        type="button"
        className="vw-button"
        disabled={busy || state !== "kept"}
        onClick={() => void archive()}
      >
        {t("Put into the study as DICOM SR")}
      </button>
      {said && <p role="status">{said}</p>}
    </div>
  );
}

const icons: Readonly<Record<Measurement["kind"], IconName>> = {
  length: "length",
  angle: "angle",
  cobb: "cobb",
  ellipse: "ellipse",
  rectangle: "rectangle",
  arrow: "arrow",
  probe: "probe",
  freehand: "freehand",
};

function Mark({ mark, ...props }: { mark: Marked } & MeasurementsPanelProps) {
  const { measurement, source } = mark;
  const [naming, setNaming] = useState(false);
  const rename = useRef<HTMLButtonElement>(null);
  const { where, go } = whereabouts(measurement, props);
  const text = shortText(measurement) || t(kindNames[measurement.kind]);
  const doubt = /mm|px/.test(text) ? sourceWords(source) : "";
  const isLost = isInPlane(measurement) && !canBeKept(measurement);
  return (
    <li data-selected={props.selected === measurement.id || undefined} data-kind={measurement.kind}>
      <Icon name={icons[measurement.kind]} />
      {naming ? (
        <input
          className="vw-mark-name"
          // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here.
          autoFocus
          maxLength={64}
          aria-label={t("Name of the measurement")}
          defaultValue={measurement.label ?? ""}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== "Escape") return;
            event.preventDefault();
            // Leaving the field writes what stands in it.
            if (event.key === "Escape") event.currentTarget.value = measurement.label ?? "";
            rename.current?.focus();
          }}
          onBlur={(event) => {
            props.onRename(measurement.id, event.target.value);
            setNaming(false);
          }}
        />
      ) : (
        <button
          type="button"
          className="vw-mark-go"
          disabled={!go}
          onClick={(event) => {
            go?.();
            props.onSelect(measurement.id);
            lookAtPictures(event);
          }}
        >
          <b>{[measurement.label, text].filter(Boolean).join(" ")}</b>
          <small>{joined(where, doubt, isLost && t("on a reformatted plane, not kept"))}</small>
        </button>
      )}
      <span className="vw-mark-actions">
        {props.onInsert && (
          <RowButton
            icon="report"
            label={t("Into the report")}
            onClick={() => props.onInsert?.(measurement.id)}
          />
        )}
        <RowButton
          ref={rename}
          icon="rename"
          label={t("Name {text}", { text })}
          onClick={() => setNaming(true)}
        />
        <RowButton
          icon="trash"
          label={t("Remove {text}", { text })}
          onClick={() => props.onRemove(measurement.id)}
        />
      </span>
    </li>
  );
}

/** Where something was measured, in words, and how to get there. */
function whereabouts(
  measurement: Measurement,
  { places, measuredPlanes, onGo }: Pick<MeasurementsPanelProps, "places" | "measuredPlanes" | "onGo">,
): { where: string; go: (() => void) | undefined } {
  if (isInPlane(measurement))
    return { where: measuredPlanes.placeOf(measurement), go: measuredPlanes.goTo(measurement) };
  const place = places.ofInstance(measurement);
  return { where: place ? placeWords(citedAt(place)) : "", go: place && (() => onGo(place)) };
}

function OthersMark({ measurement, ...props }: { measurement: Measurement } & MeasurementsPanelProps) {
  const { where, go } = whereabouts(measurement, props);
  const text = [measurement.label, shortText(measurement) || t(kindNames[measurement.kind])];
  return (
    <li>
      <Icon name={icons[measurement.kind]} />
      <button
        type="button"
        className="vw-mark-go"
        disabled={!go}
        onClick={(event) => {
          go?.();
          lookAtPictures(event);
        }}
      >
        <b>{text.filter(Boolean).join(" ")}</b>
        <small>{where || t("on an image that is not open")}</small>
      </button>
    </li>
  );
}
