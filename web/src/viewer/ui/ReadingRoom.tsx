import { useMemo, useState } from "react";
import type { Room } from "../index.tsx";
import { distinctPatients } from "../model/patient.ts";
import { headingOf, type SeriesEntry } from "../model/study.ts";
import type { ToolName } from "../stack/session.ts";
import { createStore } from "../stack/store.ts";
import type { ViewportState } from "../stack/viewport-state.ts";
import { AttributesPanel } from "./AttributesPanel.tsx";
import { type Commands, runKey } from "./commands.ts";
import { HelpOverlay } from "./HelpOverlay.tsx";
import { KeyBar } from "./KeyBar.tsx";
import { PatientBanner, TwoPatients } from "./PatientBanner.tsx";
import { SeriesStrip, seriesTitle } from "./SeriesStrip.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { type Hanging, useHanging } from "./use-hanging.ts";
import { useKeyboard } from "./use-keyboard.ts";
import { usePrefetching } from "./use-prefetching.ts";
import { useStore } from "./use-store.ts";
import { ViewportGrid } from "./ViewportGrid.tsx";

const none = createStore<ViewportState | undefined>(undefined);

interface ReadingRoomProps {
  room: Room;
  studyInstanceUid: string;
  onClose: () => void;
}

/** The whole screen of an open study. */
export function ReadingRoom({ room, studyInstanceUid, onClose }: ReadingRoomProps) {
  const { study, session, dicomweb } = room;
  const { series } = useStore(study);
  const hanging = useHanging(series);
  const [tool, setTool] = useState<ToolName>("window");
  const [overlays, setOverlays] = useState(true);
  const [attributes, setAttributes] = useState(false);
  const [help, setHelp] = useState(false);
  const controller = hanging.controllers[hanging.active];
  const state = useStore(controller?.state ?? none);
  const activeSeries = hanging.seriesIn(hanging.active);
  const image = activeSeries && activeSeries.images.length > 0 ? state?.shown : undefined;
  usePrefetching(session, hanging.controllers, hanging.visible, hanging.active);

  const chooseTool = (next: ToolName) => {
    session.chooseTool(next);
    setTool(next);
  };
  const commands: Commands = {
    play: () => controller?.play(!state?.playing),
    invert: () => controller?.invert(),
    rotate: () => controller?.rotate(),
    flip: () => controller?.flip("horizontal"),
    fit: () => controller?.fit(),
    reset: () => controller?.reset(),
    overlays: () => setOverlays((on) => !on),
    attributes: () => setAttributes((open) => !open),
    clear: () => session.removeMeasurements(),
    help: () => setHelp(true),
  };
  const closeTop = () => (attributes ? setAttributes(false) : onClose());
  useKeyboard((key) => runKey(key, { commands, controller, state, hanging, session, chooseTool, closeTop }));

  return (
    <div className="vw">
      <PatientBanner
        heading={headingOf(activeSeries ? [activeSeries, ...series] : series)}
        onClose={onClose}
      />
      <PatientWarning series={series} hanging={hanging} />
      <Toolbar
        tool={tool}
        onTool={chooseTool}
        controller={image ? controller : undefined}
        state={image ? state : undefined}
        layout={hanging.layout}
        onLayout={hanging.chooseLayout}
        overlays={overlays}
        attributes={attributes}
        commands={commands}
      />
      <SeriesStrip
        study={study}
        dicomweb={dicomweb}
        studyInstanceUid={studyInstanceUid}
        active={activeSeries?.seriesInstanceUid ?? ""}
        shown={hanging.visible.map((slot) => hanging.seriesIn(slot)?.seriesInstanceUid ?? "")}
        onOpen={hanging.open}
      />
      <ViewportGrid
        room={room}
        hanging={hanging}
        overlays={overlays}
        onShowAttributes={() => setAttributes(true)}
      />
      {attributes && (
        <AttributesPanel
          dataSets={image ? [image.dataSet] : (activeSeries?.instances ?? [])}
          title={activeSeries ? seriesTitle(activeSeries) : ""}
          onClose={() => setAttributes(false)}
        />
      )}
      <KeyBar session={session} state={image ? state : undefined} />
      {help && <HelpOverlay onClose={() => setHelp(false)} />}
    </div>
  );
}

/** Nothing as long as all is about one person. */
function PatientWarning({ series, hanging }: { series: readonly SeriesEntry[]; hanging: Hanging }) {
  const inStudy = useMemo(() => distinctPatients(series.flatMap((entry) => entry.patients)), [series]);
  if (inStudy.length < 2) return null;
  const shown = distinctPatients(hanging.visible.flatMap((slot) => hanging.seriesIn(slot)?.patients ?? []));
  const together = shown.length > 1;
  return <TwoPatients patients={together ? shown : inStudy} together={together} />;
}
