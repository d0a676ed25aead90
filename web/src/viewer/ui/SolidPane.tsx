import { RenderingEngine } from "@cornerstonejs/core";
import { useEffect, useRef, useState } from "react";
import { message, t } from "../../words/words.ts";
import type { SeriesEntry } from "../model/study.ts";
import type { Room } from "../room.ts";
import type { Look, Side, Solid } from "../volume/solid.ts";
import { isVolume, type Volume } from "../volume/volumes.ts";
import { PriorTag, usePriorAge, VolumeProgress } from "./hung-pane.tsx";
import { seriesTitle } from "./SeriesStrip.tsx";

interface SolidPaneProps {
  room: Room;
  slot: number;
  series: SeriesEntry | undefined;
  isActive: boolean;
  isVisible: boolean;
  overlays: boolean;
  onActivate: () => void;
  onMaximize: () => void;
}

const sides: readonly [Side, string][] = [
  ["front", message("From the front")],
  ["left", message("From the left")],
  ["back", message("From behind")],
  ["right", message("From the right")],
  ["above", message("From above")],
  ["below", message("From below")],
];

/** A volume as a solid, turned by the mouse. What draws it is loaded when somebody asks for it. */
export function SolidPane(props: SolidPaneProps) {
  const { room, slot, series, isActive, isVisible } = props;
  const element = useRef<HTMLDivElement>(null);
  const volume = series && room.volumes.of(series);
  const drawable = volume && isVolume(volume) ? volume : undefined;
  const drawn = useSolid(element, drawable, series?.modality ?? "");
  const priorAge = usePriorAge(room, series);
  const patient = series?.patients[0];
  return (
    <section
      className="vw-pane vw-solid"
      tabIndex={isVisible ? 0 : -1}
      hidden={!isVisible}
      aria-label={t("Viewport {number}: {title}, as a solid", {
        number: slot + 1,
        title: series ? seriesTitle(series) : "",
      })}
      data-active={isActive || undefined}
      data-prior={priorAge === undefined ? undefined : true}
      data-solid={drawn.solid ? "drawn" : drawn.error ? "failed" : "loading"}
      onFocus={props.onActivate}
      onPointerDownCapture={props.onActivate}
      onDoubleClick={props.onMaximize}
      onContextMenu={(event) => event.preventDefault()}
    >
      <div ref={element} className="vw-canvas" />
      {props.overlays && (
        <div className="vw-overlay">
          <div className="vw-corner" data-place="tl">
            <span>{[patient?.name || t("Name unknown"), patient?.id || t("no identifier")].join(" · ")}</span>
            <span>{series ? seriesTitle(series) : ""}</span>
          </div>
        </div>
      )}
      {priorAge !== undefined && <PriorTag age={priorAge} />}
      {drawn.solid && (
        <div className="vw-looks">
          <select
            aria-label={t("Look of the solid")}
            defaultValue={drawn.looks[0]?.preset}
            onChange={(event) => {
              const look = drawn.looks.find(({ preset }) => preset === event.target.value);
              if (look) drawn.solid?.choose(look);
              event.target.blur();
            }}
          >
            {drawn.looks.map(({ preset, title }) => (
              <option key={preset} value={preset}>
                {t(title)}
              </option>
            ))}
          </select>
          <select
            aria-label={t("Side from which it is seen")}
            onChange={(event) => {
              drawn.solid?.lookFrom(event.target.value as Side);
              event.target.blur();
            }}
          >
            {sides.map(([side, title]) => (
              <option key={side} value={side}>
                {t(title)}
              </option>
            ))}
          </select>
        </div>
      )}
      {drawable && !drawn.solid && <VolumeProgress volume={drawable} />}
      {(drawn.error || (volume && !drawable)) && (
        <div className="vw-message" role="alert">
          <p>{drawn.error || (volume && "reason" in volume ? volume.reason : "")}</p>
        </div>
      )}
    </section>
  );
}

interface Drawn {
  solid: Solid | undefined;
  looks: readonly Look[];
  error: string;
}

function useSolid(
  element: React.RefObject<HTMLDivElement | null>,
  volume: Volume | undefined,
  modality: string,
): Drawn {
  const [drawn, setDrawn] = useState<Drawn>({ solid: undefined, looks: [], error: "" });
  useEffect(() => {
    const place = element.current;
    if (!volume || !place) return;
    let closed = false;
    let solid: Solid | undefined;
    const observer = new ResizeObserver(() => solid?.resize());
    // Cornerstone knows one viewport by an element; each solid has its own.
    const own = document.createElement("div");
    own.className = "vw-canvas";
    place.append(own);
    const open = async () => {
      const [{ looksFor, openSolid }] = await Promise.all([import("../volume/solid.ts"), volume.slices()]);
      if (closed) return;
      const looks = looksFor(modality);
      solid = await openSolid((name) => new RenderingEngine(name), own, volume, looks[0]!);
      if (closed) solid.dispose();
      else {
        observer.observe(place);
        setDrawn({ solid, looks, error: "" });
      }
    };
    open().catch(() => {
      if (!closed)
        setDrawn({ solid: undefined, looks: [], error: t("This volume cannot be drawn as a solid.") });
    });
    return () => {
      closed = true;
      observer.disconnect();
      solid?.dispose();
      own.remove();
      setDrawn({ solid: undefined, looks: [], error: "" });
    };
  }, [element, volume, modality]);
  return drawn;
}
