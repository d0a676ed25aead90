import type { Desk } from "./desk.ts";
import type { Dicomweb, FetchAuthorized } from "./dicomweb.ts";
import type { MarkedStudy } from "./marks/study-marks.ts";
import type { Studies } from "./model/studies.ts";
import type { ImageSource } from "./pixels/image-source.ts";
import type { Session } from "./stack/session.ts";
import type { Volumes } from "./volume/volumes.ts";

/**
 * What the diagnostic viewer is given: it knows DICOMweb and these properties and nothing else of the product.
 */
export interface ViewerProps {
  studyInstanceUid: string;
  /** Where the archive answers DICOMweb, "/dicomweb" for instance. */
  dicomwebRoot: string;
  /** `fetch` with whatever authorizes it; asked anew for every request, so that a token may be renewed while a study is open. */
  fetchAuthorized: FetchAuthorized;
  /** What is kept for the person, and by whom; without it nothing is. */
  desk?: Desk;
  /**
   * Takes a measurement or a key image into the report that is written beside the images: `text` is a part of a sentence, "9.4 mm (Se 4 Im 142)". Without it
   * there is no such command.
   */
  onInsert?: (text: string) => void;
  /** The second of two windows shows what the first one does not. */
  screen?: 1 | 2;
  /** Opens the second window; absent where there is none. */
  onSecondScreen?: () => void;
  /** Opens the report beside the images, as F6 does; absent where it is open or there is none. */
  onReport?: () => void;
  onClose: () => void;
}

/** All that is open while a study is, and is closed with it. */
export interface Room {
  dicomweb: Dicomweb;
  studyInstanceUid: string;
  studies: Studies;
  volumes: Volumes;
  source: ImageSource;
  session: Session;
  /** The marks of the open study; undefined where nothing is kept. */
  marked: MarkedStudy | undefined;
  desk: Desk | undefined;
}
