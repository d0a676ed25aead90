import type { KeyImage } from "@isocenter/contract";
import { useLayoutEffect, useMemo, useState } from "react";
import { initialLook, measureOf, overlaysFor } from "../layers/fusion.ts";
import type { Marked } from "../marks/annotations.ts";
import { isInPlane } from "../marks/planes.ts";
import { keyOfImage } from "../marks/study-marks.ts";
import { keyImageText, reportText, type Whereabouts } from "../marks/words.ts";
import { distinctPatients } from "../model/patient.ts";
import { priorSeries } from "../model/studies.ts";
import { headingOf, type SeriesEntry } from "../model/study.ts";
import type { Room, ViewerProps } from "../room.ts";
import type { ToolName } from "../stack/session.ts";
import { createStore } from "../stack/store.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import { thinnest } from "../volume/reslice.ts";
import { isVolume } from "../volume/volumes.ts";
import { AttributesPanel } from "./AttributesPanel.tsx";
import { type Commands, runKey } from "./commands.ts";
import { HelpOverlay } from "./HelpOverlay.tsx";
import { KeyBar } from "./KeyBar.tsx";
import { MeasurementsPanel } from "./MeasurementsPanel.tsx";
import { PatientBanner, TwoPatients } from "./PatientBanner.tsx";
import { citedAt, type Places, placesIn } from "./places.ts";
import { RegionsPanel } from "./RegionsPanel.tsx";
import { SeriesStrip, seriesTitle } from "./SeriesStrip.tsx";
import { StudyActions } from "./StudyActions.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { type Hanging, useHanging } from "./use-hanging.ts";
import { useJump } from "./use-jump.ts";
import { useKeyboard } from "./use-keyboard.ts";
import { useLinking } from "./use-linking.ts";
import { maskCommands } from "./use-mask.ts";
import { type MeasuredPlanes, useMeasuredPlanes } from "./use-measured-planes.ts";
import { usePlanes } from "./use-planes.ts";
import { usePrefetching } from "./use-prefetching.ts";
import { usePresentations } from "./use-presentations.ts";
import { useRegions } from "./use-regions.ts";
import { useScale } from "./use-scale.ts";
import { useStore } from "./use-store.ts";
import { isTurned, straighten, turnBy } from "./use-turning.ts";
import { ViewportGrid } from "./ViewportGrid.tsx";

const none = createStore<ViewportState | undefined>(undefined);

interface ReadingRoomProps {
  room: Room;
  onInsert: ViewerProps["onInsert"];
  screen: 1 | 2;
  onSecondScreen: (() => void) | undefined;
  onReport: (() => void) | undefined;
  onClose: () => void;
}

/** Degrees by which a key turns planes. */
const turnStep = 5;
const noKeyImages = createStore<readonly KeyImage[]>([]);
type PanelName = "attributes" | "measurements" | "regions";
/** A finger goes through the images; a mouse has its wheel for that. */
const firstTool = (): ToolName => (globalThis.matchMedia("(pointer: coarse)").matches ? "scroll" : "window");
const plain = ({ center, width }: { center: number; width: number }) => ({ center, width });

/** The whole screen of an open study. */
export function ReadingRoom({ room, onInsert, screen, onSecondScreen, onReport, onClose }: ReadingRoomProps) {
  const { studies, session, dicomweb } = room;
  const studiesState = useStore(studies);
  const series = useMemo(
    () => [...studiesState.current.series, ...priorSeries(studiesState)],
    [studiesState],
  );
  const hanging = useHanging(studies, studiesState, room.desk, screen);
  const [tool, setTool] = useState<ToolName>(firstTool);
  // Before there are viewports, which another tool has drawn anew: an empty picture would hold up the first image.
  useLayoutEffect(() => session.chooseTool(firstTool()), [session]);
  const [overlays, setOverlays] = useState(true);
  const [look, setLook] = useState(initialLook);
  const [panel, setPanel] = useState<"" | PanelName>("");
  const [help, setHelp] = useState(false);
  const controller = hanging.controllers[hanging.active];
  const state = useStore(controller?.state ?? none);
  const activeSeries = hanging.seriesIn(hanging.active);
  const hung = hanging.hungIn(hanging.active);
  const image = activeSeries && activeSeries.images.length > 0 ? state?.shown : undefined;
  const marks = useStore(session.marks.list);
  const selected = useStore(session.marks.selected);
  const places = useMemo(() => placesIn(series), [series]);
  const jump = useJump(hanging, controller, state);
  const mayMark = room.desk?.mayMark ?? false;
  const keyImages = useStore(room.marked?.keyImages ?? noKeyImages);
  const key = image && keyOfImage({ sopInstanceUid: image.sopInstanceUid, frame: image.frameNumber });
  // A prior has key images of its own report, and a plane is no image of the study.
  const isOwn = image && image.studyInstanceUid === room.studyInstanceUid && !image.reformat;
  const chosenImage = isOwn ? keyImages.find((each) => keyOfImage(each) === key) : undefined;
  const keyImage = isOwn && room.marked && mayMark ? chosenImage !== undefined : undefined;
  const { planes, togglePlanes, openPlanes } = usePlanes(hanging);
  const { volumes } = room;
  const measuredPlanes = useMeasuredPlanes({ series, volumes, hanging, openPlanes, controller, state });
  const insert =
    onInsert &&
    ((id: string) => {
      const mark = marks.find(({ measurement }) => measurement.id === id);
      const at = mark && citedPlace(mark, places, measuredPlanes);
      if (mark && at) onInsert(reportText(mark.measurement, at));
    });
  const insertKeyImage =
    onInsert &&
    ((chosen: KeyImage) => {
      const place = places.ofInstance(chosen);
      if (place) onInsert(keyImageText(chosen, citedAt(place)));
    });
  const overlayable = useMemo(
    () => overlaysFor(activeSeries, series, (entry) => isVolume(room.volumes.of(entry))),
    [activeSeries, series, room.volumes],
  );
  const regions = useRegions(series, hanging, session);
  const presentations = usePresentations(dicomweb, series, places, jump, image);
  const fused = hanging.fusedIn(hanging.active);
  const mask = maskCommands(hanging, image, presentations.chosen);
  const { scale, choose: chooseScale, wishFor } = useScale(hanging, session);
  useLinking(hanging);
  usePrefetching(session, hanging.controllers, hanging.visible, hanging.active);

  const chooseTool = (next: ToolName) => {
    session.chooseTool(next);
    setTool(next);
  };
  const toggle = (which: PanelName) => setPanel((now) => (now === which ? "" : which));
  const commands: Commands = {
    play: () => controller?.play(!state?.playing),
    invert: () => controller?.invert(),
    rotate: () => controller?.rotate(),
    flip: () => controller?.flip("horizontal"),
    fit: () => controller?.fit(),
    reset: () => controller?.reset(),
    overlays: () => setOverlays((on) => !on),
    attributes: () => toggle("attributes"),
    measurements: () => toggle("measurements"),
    link: () => hanging.link(!hanging.linked),
    planes: togglePlanes,
    turnLeft: () => turnBy(hanging, -turnStep),
    turnRight: () => turnBy(hanging, turnStep),
    straighten: () => straighten(hanging),
    regions: regions.toggle,
    regionList: () => {
      if (regions.groups.length > 0) toggle("regions");
    },
    fuse: () => {
      const [first] = overlayable;
      if (!hung || !(first || fused)) return;
      const { fused: _before, ...plain } = hung;
      hanging.put(hanging.active, fused || !first ? plain : { ...hung, fused: first.seriesInstanceUid });
    },
    presentation: presentations.toggle,
    ...mask.commands,
    undo: () => session.marks.undo(),
    redo: () => session.marks.redo(),
    keyImage: () => {
      if (image && keyImage !== undefined)
        room.marked?.toggleKeyImage(image, state?.window && plain(state.window));
    },
    intoReport: () => {
      const newest = marks.at(-1)?.measurement.id;
      const wanted = selected || newest;
      if (wanted) insert?.(wanted);
      else if (chosenImage) insertKeyImage?.(chosenImage);
    },
    clear: () => session.removeMeasurements(),
    help: () => setHelp(true),
  };
  const closeTop = () => {
    if (session.cancelDrawing()) return;
    if (tool !== firstTool()) chooseTool(firstTool());
    else if (panel) setPanel("");
    else onClose();
  };
  useKeyboard((key) => runKey(key, { commands, controller, state, hanging, session, chooseTool, closeTop }));

  return (
    <div className="vw">
      <PatientBanner
        heading={headingOf(
          activeSeries ? [activeSeries, ...studiesState.current.series] : studiesState.current.series,
        )}
        onClose={onClose}
      >
        <StudyActions
          desk={room.desk}
          studyInstanceUid={room.studyInstanceUid}
          onSecondScreen={onSecondScreen}
          onReport={onReport}
        />
      </PatientBanner>
      <PatientWarning series={series} hanging={hanging} />
      <Toolbar
        tool={tool}
        onTool={chooseTool}
        controller={image ? controller : undefined}
        state={image ? state : undefined}
        linked={hanging.linked}
        slab={hung?.plane && (hung.slab ?? thinnest)}
        onSlab={(slab) => hung && hanging.put(hanging.active, { ...hung, slab })}
        onStraighten={isTurned(hanging) ? () => straighten(hanging) : undefined}
        planes={planes}
        masked={mask.masked}
        fused={overlayable.length > 0 || fused ? fused !== undefined : undefined}
        fusion={
          fused?.images[0] && {
            measure: measureOf(fused.images[0]),
            series: fused,
            choices: overlayable,
            onSeries: (uid) => hung && hanging.put(hanging.active, { ...hung, fused: uid }),
            look,
            onLook: setLook,
          }
        }
        layout={hanging.layout}
        onLayout={hanging.chooseLayout}
        regions={regions.groups.length > 0 ? regions.on : undefined}
        regionList={panel === "regions"}
        presentations={presentations}
        scale={scale}
        onScale={chooseScale}
        overlays={overlays}
        attributes={panel === "attributes"}
        measurements={panel === "measurements"}
        keyImage={keyImage}
        commands={commands}
      />
      <SeriesStrip
        studies={studies}
        dicomweb={dicomweb}
        active={activeSeries?.seriesInstanceUid ?? ""}
        shown={hanging.visible.map((slot) => hanging.seriesIn(slot)?.seriesInstanceUid ?? "")}
        onOpen={hanging.open}
      />
      <ViewportGrid
        room={room}
        hanging={hanging}
        allSeries={series}
        tool={tool}
        onMaximize={hanging.maximize}
        overlays={overlays}
        isKeyImage={keyImage ?? false}
        look={look}
        regions={regions}
        presentation={presentations.chosen}
        wishFor={wishFor}
        onShowAttributes={() => setPanel("attributes")}
      />
      {panel === "measurements" && (
        <MeasurementsPanel
          marks={marks}
          selected={selected}
          marked={room.marked}
          mayMark={mayMark}
          places={places}
          measuredPlanes={measuredPlanes}
          onGo={jump}
          onSelect={session.marks.select}
          onRename={session.marks.rename}
          onRemove={(id) => session.marks.remove([id])}
          onInsert={insert}
          onInsertKeyImage={insertKeyImage}
          onClose={() => setPanel("")}
        />
      )}
      {panel === "regions" && (
        <RegionsPanel
          groups={regions.groups}
          hidden={regions.hidden}
          onHide={regions.hide}
          onGo={regions.go}
          onClose={() => setPanel("")}
        />
      )}
      {panel === "attributes" && (
        <AttributesPanel
          dataSets={image ? [image.dataSet] : (activeSeries?.instances ?? [])}
          title={activeSeries ? seriesTitle(activeSeries) : ""}
          onClose={() => setPanel("")}
        />
      )}
      <KeyBar session={session} state={image ? state : undefined} />
      {help && <HelpOverlay onClose={() => setHelp(false)} />}
    </div>
  );
}

/** Where something was measured, as a report cites it; undefined where that is not open. */
function citedPlace(
  { measurement, imageId }: Marked,
  places: Places,
  planes: MeasuredPlanes,
): Whereabouts | undefined {
  if (isInPlane(measurement))
    return {
      seriesNumber: planes.seriesOf(measurement)?.seriesNumber,
      imageNumber: planes.nameOf(measurement),
    };
  const place = places.ofImage(imageId);
  return place && citedAt(place);
}

/** Nothing as long as all is about one person. */
function PatientWarning({ series, hanging }: { series: readonly SeriesEntry[]; hanging: Hanging }) {
  const inStudy = useMemo(() => distinctPatients(series.flatMap((entry) => entry.patients)), [series]);
  if (inStudy.length < 2) return null;
  const shown = distinctPatients(hanging.visible.flatMap((slot) => hanging.seriesIn(slot)?.patients ?? []));
  const together = shown.length > 1;
  return <TwoPatients patients={together ? shown : inStudy} together={together} />;
}
