import { t } from "../words/words.ts";
import "./viewer.css";
import "./marks.css";
import "./space.css";
import "./actions.css";
import "./layers.css";
import "./phone.css";
import { useEffect, useState } from "react";
import { prepareCornerstone } from "./cornerstone.ts";
import { createDicomweb } from "./dicomweb.ts";
import { initialSeries } from "./hanging/hang.ts";
import { type MarkedStudy, openMarkedStudy } from "./marks/study-marks.ts";
import { createStudies } from "./model/studies.ts";
import type { StudyStore } from "./model/study.ts";
import { createImageSource, fetchImage, type ImageSource } from "./pixels/image-source.ts";
import type { Room, ViewerProps } from "./room.ts";
import { openSession, type Session } from "./stack/session.ts";
import { ReadingRoom } from "./ui/ReadingRoom.tsx";
import { createVolumes } from "./volume/volumes.ts";

export default function Viewer(props: ViewerProps) {
  // Another study is another viewer: nothing of the first may stay.
  return <OpenStudy key={`${props.dicomwebRoot} ${props.studyInstanceUid}`} {...props} />;
}

/** Fetches the image that a study opens with as soon as it is known, while the viewports are still being set up. */
function fetchFirst(study: StudyStore, source: ImageSource): () => void {
  const stop = study.subscribe(() => {
    const { series } = study.get();
    const uid = initialSeries(series);
    if (uid === undefined) return;
    stop();
    const first = series.find((entry) => entry.seriesInstanceUid === uid)?.images[0];
    const [imageId] = first ? source.register([first]) : [];
    // What fails is asked for again, and told, by the viewport.
    if (imageId) fetchImage(imageId).catch(() => {});
  });
  return stop;
}

const maximumLosses = 3;

function OpenStudy(props: ViewerProps) {
  const { studyInstanceUid, dicomwebRoot, fetchAuthorized, desk, onClose } = props;
  const [room, setRoom] = useState<Room>();
  const [failure, setFailure] = useState("");
  const [losses, setLosses] = useState(0);
  const [latestFetch] = useState(() => ({ fetch: fetchAuthorized }));
  useEffect(() => {
    latestFetch.fetch = fetchAuthorized;
  }, [latestFetch, fetchAuthorized]);

  useEffect(() => {
    if (losses > maximumLosses) {
      setFailure(
        t("The graphics card keeps failing. Close other programs that use it and open the study again."),
      );
      return;
    }
    let closed = false;
    const dicomweb = createDicomweb(dicomwebRoot, (input, init) => latestFetch.fetch(input, init));
    const source = createImageSource(dicomweb);
    let session: Session | undefined;
    const marked: MarkedStudy[] = [];
    const waiting: [string, StudyStore][] = [];
    const mark = (uid: string, study: StudyStore): MarkedStudy | undefined => {
      if (!session) waiting.push([uid, study]);
      if (!desk || !session) return undefined;
      const opened = openMarkedStudy({ desk, studyInstanceUid: uid, study, source, marks: session.marks });
      marked.push(opened);
      return opened;
    };
    const studies = createStudies({ dicomweb, studyInstanceUid, desk, onPrior: mark });
    const volumes = createVolumes(source);
    const stopFirst = fetchFirst(studies.current, source);
    studies.current.load();
    prepareCornerstone().then(
      () => {
        if (closed) return;
        session = openSession(() => setLosses((count) => count + 1));
        const current = mark(studyInstanceUid, studies.current);
        for (const [uid, study] of waiting) mark(uid, study);
        setRoom({ studyInstanceUid, dicomweb, studies, volumes, source, session, marked: current, desk });
      },
      () => setFailure(t("This browser cannot show images: it offers no WebGL.")),
    );
    return () => {
      closed = true;
      stopFirst();
      // Before the drawings go, so that what is not kept yet is.
      for (const one of marked) one.dispose();
      studies.dispose();
      session?.dispose();
      source.dispose();
      setRoom(undefined);
    };
  }, [studyInstanceUid, dicomwebRoot, latestFetch, losses, desk]);

  if (room)
    return (
      <ReadingRoom
        room={room}
        onInsert={props.onInsert}
        screen={props.screen ?? 1}
        onSecondScreen={props.onSecondScreen}
        onReport={props.onReport}
        onClose={onClose}
      />
    );
  return (
    <div className="vw vw-opening" role={failure ? "alert" : "status"}>
      <p>{failure || t("Opening the study")}</p>
      <button type="button" className="vw-button" onClick={onClose}>
        {t("Back to the list")}
      </button>
      {props.onReport && (
        <button type="button" className="vw-button" aria-keyshortcuts="F6" onClick={props.onReport}>
          {t("Report")}
        </button>
      )}
    </div>
  );
}
