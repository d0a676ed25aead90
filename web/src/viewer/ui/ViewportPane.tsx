import { useEffect, useRef, useState } from "react";
import { t } from "../../words/words.ts";
import type { Hung } from "../hanging/hang.ts";
import type { FusionLook } from "../layers/fusion.ts";
import type { StackImage } from "../model/image.ts";
import type { PresentationState } from "../model/presentation-states.ts";
import type { SeriesEntry } from "../model/study.ts";
import { isLarge } from "../pixels/coming.ts";
import type { Room } from "../room.ts";
import type { Session } from "../stack/session.ts";
import { createStore } from "../stack/store.ts";
import type { ViewportController } from "../stack/viewport-controller.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import { CoarseLayer } from "./CoarseLayer.tsx";
import { DocumentView } from "./DocumentView.tsx";
import { FilmTag } from "./FilmTag.tsx";
import { FusionLayer } from "./FusionLayer.tsx";
import { PriorTag, pointing, useHungImages, usePriorAge, useShowing, VolumeProgress } from "./hung-pane.tsx";
import { Icon } from "./icons.tsx";
import { MaskTag } from "./MaskTag.tsx";
import { Message } from "./Message.tsx";
import { Overlay } from "./Overlay.tsx";
import { OverlayPlanes } from "./OverlayPlanes.tsx";
import { PresentationTag } from "./PresentationChoice.tsx";
import { ImageShutters, PresentationLayer } from "./PresentationLayer.tsx";
import { SegmentLayer } from "./SegmentLayer.tsx";
import { seriesDragType, seriesTitle } from "./SeriesStrip.tsx";
import { SpaceOverlay } from "./SpaceOverlay.tsx";
import { StackSlider } from "./StackSlider.tsx";
import { StructureLayer } from "./StructureLayer.tsx";
import { TurnLines } from "./TurnLines.tsx";
import type { Hanging } from "./use-hanging.ts";
import { useOver } from "./use-over.ts";
import type { ShownRegions } from "./use-regions.ts";
import type { ChosenScale } from "./use-scale.ts";
import { useStore } from "./use-store.ts";

interface ViewportPaneProps {
  room: Room;
  slot: number;
  hung: Hung | undefined;
  series: SeriesEntry | undefined;
  /** Of the study and its open priors. */
  allSeries: readonly SeriesEntry[];
  /** Those whose uptake a person laid over it, and how. */
  fused: SeriesEntry | undefined;
  look: FusionLook;
  /** Those that are drawn on it. */
  regions: Pick<ShownRegions, "segmentations" | "structures">;
  /** As which presentation state has it; undefined: as stored. */
  presentation: PresentationState | undefined;
  /** How a projection will lie that is still on its way. */
  wishFor: ChosenScale["wishFor"];
  /** What the active viewport shows, where that is another one. */
  reference: ViewportState | undefined;
  /** All that hangs, while the crosshair is the tool, which turns planes about each other. */
  hanging: Hanging | undefined;
  /** Told of points that are pressed, while the crosshair is the tool. */
  onPoint: ((x: number, y: number) => void) | undefined;
  isActive: boolean;
  isVisible: boolean;
  overlays: boolean;
  isKeyImage: boolean;
  onActivate: () => void;
  onMaximize: () => void;
  onDropSeries: (seriesInstanceUid: string) => void;
  /** Shows the series as it was acquired, where no plane can be cut from it. */
  onAsAcquired: () => void;
  onReload: () => void;
  onShowAttributes: () => void;
  /** Told of the controller when it comes, and of undefined when it goes. */
  onController: (slot: number, controller: ViewportController | undefined) => void;
}

const noImages: readonly StackImage[] = [];
const nothing = createStore<ViewportState | undefined>(undefined);

/** One viewport: the picture and what lies over it. */
export function ViewportPane(props: ViewportPaneProps) {
  const { room, slot, hung, series, isActive, isVisible, overlays, onController, onPoint } = props;
  const { session, source } = room;
  const element = useRef<HTMLDivElement>(null);
  const [controller, setController] = useState<ViewportController>();
  const [dropping, setDropping] = useState(false);
  const state = useStore(controller?.state ?? nothing);

  useEffect(() => {
    if (!element.current) return;
    const opened = session.openViewport(element.current);
    setController(opened);
    onController(slot, opened);
    return () => {
      session.closeViewport(opened);
      setController(undefined);
      onController(slot, undefined);
    };
  }, [session, slot, onController]);

  const { presentation } = props;
  const { images, refusal, volume } = useHungImages(room, series, hung, presentation);
  const { over, refusal: overRefusal } = useOver({
    room,
    series: props.allSeries,
    images: series?.images ?? noImages,
    fused: props.fused,
    presentation,
  });
  useShowing(controller, source, { images, hung, seriesInstanceUid: series?.seriesInstanceUid });

  useRetry(controller, state);
  useEffect(() => controller?.present(presentation?.of), [controller, presentation]);
  const presented = state?.shown && presentation?.of(state.shown);

  const isImage = images.length > 0;
  const wanted = state && state.shownIndex !== state.index ? state.images[state.index] : undefined;
  const comes = wanted && !wanted.subtracted && state?.error === "" && isLarge(wanted);
  const coming = comes ? wanted : undefined;
  const priorAge = usePriorAge(room, series);
  const label = series ? seriesTitle(series) : t("empty");
  return (
    <section
      className="vw-pane"
      tabIndex={isVisible ? 0 : -1}
      aria-label={t("Viewport {number}: {label}", { number: slot + 1, label })}
      hidden={!isVisible}
      data-active={isActive || undefined}
      data-dropping={dropping || undefined}
      data-prior={priorAge === undefined ? undefined : true}
      data-plane={hung?.plane}
      data-presentation={presented ? presentation?.label : undefined}
      data-fused={over ? true : undefined}
      {...(isImage && state ? observable(state) : { "data-state": series ? "no-image" : "empty" })}
      onFocus={props.onActivate}
      onPointerDownCapture={(event) => {
        props.onActivate();
        // Cornerstone takes the press for itself, and the keyboard would stay in a panel.
        if (!(event.target as Element).closest("button, a, input, select, textarea"))
          event.currentTarget.focus({ preventScroll: true });
      }}
      onDoubleClick={props.onMaximize}
      onContextMenu={(event) => event.preventDefault()}
      {...pointing(onPoint)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(seriesDragType)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event) => {
        setDropping(false);
        const dropped = event.dataTransfer.getData(seriesDragType);
        if (!dropped) return;
        event.preventDefault();
        props.onDropSeries(dropped);
      }}
    >
      <div ref={element} className="vw-canvas" data-hidden={!isImage || undefined} />
      {isImage && state && controller && (
        <>
          {overlays && state.shown && !state.error && (
            <>
              {!presented && <ImageShutters image={state.shown} controller={controller} />}
              {!presentation?.blending && (
                <OverlayPlanes dicomweb={room.dicomweb} image={state.shown} controller={controller} />
              )}
            </>
          )}
          {state.shown && !state.error && (
            <>
              <SegmentLayer
                segmentations={props.regions.segmentations}
                image={state.shown}
                source={source}
                controller={controller}
              />
              <StructureLayer
                structures={props.regions.structures}
                image={state.shown}
                controller={controller}
              />
            </>
          )}
          {over && !state.error && (over.byHand || presented) && (
            <FusionLayer
              over={over}
              controller={controller}
              state={state}
              look={props.look}
              overlays={overlays}
            />
          )}
          {overlays && (
            <SpaceOverlay
              session={session}
              controller={controller}
              state={state}
              reference={props.reference}
            />
          )}
          {props.hanging && isVisible && !state.error && (
            <TurnLines hanging={props.hanging} slot={slot} controller={controller} state={state} />
          )}
          {!state.error && <FilmTag state={state} presented={presented} />}
          {state.shown?.subtracted && !state.error && <MaskTag masking={state.shown.subtracted.masking} />}
          {presented && state.shown && !state.error && (
            <PresentationLayer presented={presented} image={state.shown} controller={controller} />
          )}
          {presented && presentation && (
            <PresentationTag
              presentation={presentation}
              isTrueSize={presented.area?.trueSpacing !== undefined}
              omitted={presented.omitted}
              refusal={overRefusal}
            />
          )}
          {coming && (
            <CoarseLayer
              room={room}
              image={coming}
              controller={controller}
              before={state.shown}
              presented={presentation?.of(coming)}
              scale={props.wishFor(coming)}
            />
          )}
          <OverImage
            state={state}
            controller={controller}
            session={session}
            overlays={overlays}
            coming={coming !== undefined || volume !== undefined}
          />
          {volume && state.error === "" && state.shownIndex !== state.index && (
            <VolumeProgress volume={volume} />
          )}
        </>
      )}
      {priorAge !== undefined && <PriorTag age={priorAge} />}
      {isImage && props.isKeyImage && (
        <span className="vw-key-image" role="note">
          <Icon name="star" size={14} />
          {t("Key image")}
        </span>
      )}
      {!isImage && refusal && (
        <Message
          icon="warning"
          title={t("No plane can be cut from this series")}
          text={refusal}
          action={t("Show its images")}
          onAction={props.onAsAcquired}
        />
      )}
      {!isImage && !refusal && series?.kind?.readable && (
        <DocumentView
          key={series.seriesInstanceUid}
          series={series}
          dicomweb={room.dicomweb}
          onShowAttributes={props.onShowAttributes}
        />
      )}
      {!isImage && !refusal && !series?.kind?.readable && (
        <NoImage series={series} onReload={props.onReload} onShowAttributes={props.onShowAttributes} />
      )}
    </section>
  );
}

const retryMs = 5000;

/** Tries again as soon as the browser is back in its network, and from time to time while the archive is away. */
function useRetry(controller: ViewportController | undefined, state: ViewportState | undefined): void {
  const isPassing = state !== undefined && state.error !== "" && state.mayPass;
  useEffect(() => {
    if (!controller || !isPassing) return;
    const timer = setTimeout(controller.retry, retryMs);
    return () => clearTimeout(timer);
  }, [controller, isPassing]);
  useEffect(() => {
    if (!controller) return;
    const retry = () => {
      if (controller.state.get().error !== "") controller.retry();
    };
    globalThis.addEventListener("online", retry);
    return () => globalThis.removeEventListener("online", retry);
  }, [controller]);
}

interface OverImageProps {
  state: ViewportState;
  controller: ViewportController;
  session: Session;
  overlays: boolean;
  /** Whether it is told elsewhere how far the image has come. */
  coming: boolean;
}

/** What lies over a picture: texts, the slider, and why the picture is not there. */
function OverImage({ state, controller, session, overlays, coming }: OverImageProps) {
  const failed = state.error !== "";
  return (
    <>
      {overlays && !failed && <Overlay state={state} />}
      <StackSlider
        prefetcher={session.prefetcher}
        imageIds={state.imageIds}
        index={state.index}
        onChange={controller.goTo}
      />
      {!failed && !coming && state.shownIndex !== state.index && (
        <span className="vw-loading" role="status">
          {t("Loading image {number}", { number: state.index + 1 })}
        </span>
      )}
      {failed && (
        <Message
          icon="warning"
          title={t("Image {number} of {total} cannot be shown", {
            number: state.index + 1,
            total: state.images.length,
          })}
          text={state.mayPass ? `${state.error} ${t("It is tried again by itself.")}` : state.error}
          action={t("Try again")}
          onAction={controller.retry}
        />
      )}
    </>
  );
}

/** The state as attributes, for whoever looks at the page from outside. */
function observable(state: ViewportState) {
  return {
    "data-state": state.error !== "" ? "failed" : state.shownIndex === state.index ? "shown" : "loading",
    "data-loaded": state.shownIndex === state.index && state.error === "",
    "data-image-number": state.shownIndex + 1,
    "data-image-count": state.images.length,
    "data-series-uid": state.seriesInstanceUid,
    "data-sop-instance-uid": state.shown?.sopInstanceUid,
    "data-frame-number": state.shown?.frameNumber,
    "data-window-center": state.window && Number(state.window.center.toPrecision(8)),
    "data-window-width": state.window && Number(state.window.width.toPrecision(8)),
    "data-inverted": state.inverted,
    "data-zoom": Number(state.zoom.toPrecision(6)),
    "data-rotation": state.rotation,
    "data-flipped": [state.flippedHorizontally && "horizontal", state.flippedVertically && "vertical"]
      .filter(Boolean)
      .join(" "),
    "data-playing": state.playing,
  };
}

interface NoImageProps {
  series: SeriesEntry | undefined;
  onReload: () => void;
  onShowAttributes: () => void;
}

/** What stands in place of a picture. */
function NoImage({ series, onReload, onShowAttributes }: NoImageProps) {
  if (!series)
    return (
      <div className="vw-message" data-quiet>
        {t("Drag a series here")}
      </div>
    );
  if (series.state === "loading") {
    return (
      <div className="vw-message" data-quiet role="status">
        {t("Loading {title}", { title: seriesTitle(series) })}
      </div>
    );
  }
  if (series.state === "failed") {
    return (
      <Message
        icon="warning"
        title={t("{title} cannot be shown", { title: seriesTitle(series) })}
        text={series.error}
        action={t("Try again")}
        onAction={onReload}
      />
    );
  }
  return (
    <Message
      icon="document"
      title={series.kind ? t(series.kind.name) : t("No picture")}
      text={[seriesTitle(series), series.kind && t(series.kind.explanation)].filter(Boolean).join(". ")}
      action={t("Show its values")}
      onAction={onShowAttributes}
    />
  );
}
