import { isUid } from "@isocenter/dicom";
import type { StoredInstance } from "../../../modules/archive/index.ts";
import type { PictureRequest } from "../../../modules/rendering/index.ts";
import { covers, type MediaRange, Refusal, type RefusalDetail } from "../../../platform/index.ts";
import { acceptedRanges, takesUtf8 } from "../accept.ts";

/** What a WADO-URI request asks for (PS3.18 9.1). */
export interface UriRequest {
  studyUID: string;
  seriesUID: string;
  objectUID: string;
  /** What the client takes, the default where it says nothing. */
  ranges: MediaRange[];
  /** Of a DICOM object. */
  transferSyntax: string | undefined;
  /** The object without identity. */
  anonymize: boolean;
  /** Of a picture; what is said of the region is parts of the whole, from 0 to 1. */
  picture: Pick<PictureRequest, "frame" | "quality" | "window" | "size">;
  region: { left: number; top: number; right: number; bottom: number } | null;
  /** The presentation state that says how the picture is seen. */
  state: { seriesUID: string; objectUID: string } | null;
  /** Names of parameters that are for pictures alone, as far as they are given. */
  pictureParameters: string[];
}

const known = [
  "requestType",
  "studyUID",
  "seriesUID",
  "objectUID",
  "contentType",
  "charset",
  "anonymize",
  "transferSyntax",
  "annotation",
  "rows",
  "columns",
  "region",
  "windowCenter",
  "windowWidth",
  "frameNumber",
  "imageQuality",
  "presentationUID",
  "presentationSeriesUID",
] as const;
type Name = (typeof known)[number];

const forPictures: readonly Name[] = [
  "rows",
  "columns",
  "region",
  "windowCenter",
  "windowWidth",
  "frameNumber",
  "imageQuality",
  "presentationUID",
  "presentationSeriesUID",
];
const maxSide = 8192;

/** Reads parameters one by one, and gathers what is wrong with them. */
class Reader {
  readonly errors: RefusalDetail[] = [];
  private readonly query: URLSearchParams;
  constructor(query: URLSearchParams) {
    this.query = query;
  }
  fail(path: string, message: string): void {
    this.errors.push({ path, message });
  }
  /** Undefined where it is not given; an empty one is given. */
  text(name: Name): string | undefined {
    return this.query.get(name)?.trim();
  }
  uid(name: Name): string {
    const value = this.text(name) ?? "";
    if (!isUid(value) && !/^[0-9.]{1,64}$/.test(value)) this.fail(name, "must be a UID.");
    return value;
  }
  integer(name: Name, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.fail(name, `must be a whole number from ${min} to ${max}.`);
    return undefined;
  }
  decimal(name: Name): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value)) return value;
    this.fail(name, "must be a number.");
    return undefined;
  }
}

/** `xmin,ymin,xmax,ymax` as parts of the picture (PS3.18 9.1.2.3.7). */
function readRegion(reader: Reader): UriRequest["region"] {
  const text = reader.text("region");
  if (text === undefined) return null;
  const words = text.split(",").map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
  const [left = Number.NaN, top = Number.NaN, right = Number.NaN, bottom = Number.NaN] = words;
  const inside = words.every((value) => value >= 0 && value <= 1);
  if (words.length === 4 && inside && left < right && top < bottom) return { left, top, right, bottom };
  reader.fail("region", "must be xmin,ymin,xmax,ymax from 0 to 1, each least before its greatest.");
  return null;
}

function readWindow(reader: Reader): UriRequest["picture"]["window"] {
  const center = reader.decimal("windowCenter");
  const width = reader.decimal("windowWidth");
  if ((reader.text("windowCenter") === undefined) !== (reader.text("windowWidth") === undefined))
    reader.fail(
      reader.text("windowCenter") === undefined ? "windowCenter" : "windowWidth",
      "windowCenter and windowWidth go together.",
    );
  if (width !== undefined && width <= 0) reader.fail("windowWidth", "must be greater than 0.");
  return center === undefined || width === undefined ? undefined : { center, width };
}

/** `anonymize` is for DICOM objects (PS3.18 9.1.2.2.1): what is burned into a picture stays there. */
function readAnonymize(reader: Reader, contentType: string | null, ranges: readonly MediaRange[]): boolean {
  const anonymize = reader.text("anonymize");
  if (anonymize === undefined || anonymize === "no") return false;
  if (anonymize !== "yes") reader.fail("anonymize", "must be yes or no.");
  else if (contentType === null || !ranges.some((range) => covers(range, "application/dicom")))
    reader.fail("anonymize", "is for application/dicom alone, which contentType has to name.");
  return true;
}

function refuseUnsupported(reader: Reader): void {
  if (reader.text("annotation")) reader.fail("annotation", "pictures are given without annotation.");
  const charset = reader.text("charset");
  if (charset !== undefined && !takesUtf8(charset)) reader.fail("charset", "text is given in UTF-8 alone.");
}

/** A state stands in its series, and says the window and the part of the picture itself (PS3.18 9.1.2.3). */
function readState(reader: Reader): UriRequest["state"] {
  const [object, series] = [reader.text("presentationUID"), reader.text("presentationSeriesUID")];
  if (object === undefined && series === undefined) return null;
  if (object === undefined || series === undefined)
    reader.fail(
      object === undefined ? "presentationUID" : "presentationSeriesUID",
      "presentationUID and presentationSeriesUID go together.",
    );
  for (const name of ["windowCenter", "windowWidth", "region"] as const)
    if (reader.text(name) !== undefined) reader.fail(name, "is said by the presentation state.");
  return object === undefined || series === undefined
    ? null
    : { seriesUID: reader.uid("presentationSeriesUID"), objectUID: reader.uid("presentationUID") };
}

function readSize(reader: Reader): UriRequest["picture"]["size"] {
  const height = reader.integer("rows", 1, maxSide);
  const width = reader.integer("columns", 1, maxSide);
  return height === undefined && width === undefined
    ? undefined
    : { width: width ?? maxSide, height: height ?? maxSide, enlarge: true };
}

/**
 * Reads and checks every parameter of a WADO-URI request.
 * @throws Refusal `invalid` (`wado.invalid`) naming each that is missing, wrong, or asks for what is not done
 */
export function readUriRequest(query: URLSearchParams, accept: string | undefined): UriRequest {
  const reader = new Reader(query);
  if (reader.text("requestType") !== "WADO") reader.fail("requestType", "must be WADO.");
  for (const name of new Set(query.keys())) {
    if (!known.some((one) => one === name)) reader.fail(name, "This parameter is not known here.");
    else if (query.getAll(name).length > 1) reader.fail(name, "is given twice.");
  }
  refuseUnsupported(reader);
  const named = reader.text("transferSyntax");
  if (named !== undefined && named !== "*" && !isUid(named))
    reader.fail("transferSyntax", "must be the UID of a transfer syntax, or *.");
  const contentType = reader.text("contentType") || null;
  const ranges = acceptedRanges(accept, contentType);
  const isForDicom = contentType === null || ranges.some((range) => covers(range, "application/dicom"));
  // Clients say of every type that any transfer syntax will do.
  const transferSyntax = named === "*" && !isForDicom ? undefined : named;
  const anonymize = readAnonymize(reader, contentType, ranges);
  const frame = reader.integer("frameNumber", 1, 2_147_483_647);
  const quality = reader.integer("imageQuality", 1, 100);
  const window = readWindow(reader);
  const size = readSize(reader);
  const state = readState(reader);
  if (transferSyntax !== undefined && !isForDicom)
    reader.fail("transferSyntax", "is for application/dicom alone.");
  const request: UriRequest = {
    studyUID: reader.uid("studyUID"),
    seriesUID: reader.uid("seriesUID"),
    objectUID: reader.uid("objectUID"),
    ranges,
    transferSyntax,
    anonymize,
    picture: {
      ...(frame === undefined ? {} : { frame }),
      ...(quality === undefined ? {} : { quality }),
      ...(window ? { window } : {}),
      ...(size ? { size } : {}),
    },
    region: readRegion(reader),
    state,
    pictureParameters: forPictures.filter((name) => query.has(name)),
  };
  throwFirst(reader.errors);
  return request;
}

function throwFirst(errors: readonly RefusalDetail[]): void {
  const [first] = errors;
  if (first) throw new Refusal("invalid", "wado.invalid", `${first.path}: ${first.message}`, { errors });
}

/** Refuses parameters of pictures where the answer is none (PS3.18 9.1.2.1). */
export function refusePictureParameters({ pictureParameters }: UriRequest, type: string): void {
  throwFirst(pictureParameters.map((path) => ({ path, message: `is for pictures, and not for ${type}.` })));
}

/** The picture asked for, the region in the rows and columns of the instance. */
export function pictureOf(
  { picture, region }: UriRequest,
  { rows, columns }: Pick<StoredInstance, "rows" | "columns">,
): Omit<PictureRequest, "format"> {
  if (!region || rows === null || columns === null) return picture;
  const left = Math.min(Math.floor(region.left * columns), columns - 1);
  const top = Math.min(Math.floor(region.top * rows), rows - 1);
  const width = Math.max(1, Math.ceil(region.right * columns) - left);
  const height = Math.max(1, Math.ceil(region.bottom * rows) - top);
  return { ...picture, region: { left, top, width, height } };
}
