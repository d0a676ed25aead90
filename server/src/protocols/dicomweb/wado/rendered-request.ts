import type { PictureFormat, PictureRequest } from "../../../modules/rendering/index.ts";
import { Refusal, type RefusalDetail } from "../../../platform/index.ts";
import type { Offer } from "../accept.ts";

/** Query parameters of rendered resources and thumbnails (PS3.18 8.3.5). */
export const renderedParameters = ["viewport", "window", "quality", "annotation", "iccprofile"] as const;

export interface PictureOffer extends Offer {
  format: PictureFormat;
}

const formats: readonly PictureFormat[] = ["jpeg", "png", "gif", "webp"];
export const singlePictures: readonly PictureOffer[] = formats.map((format) => ({
  multipart: false,
  type: `image/${format}`,
  format,
}));
export const multipartPictures: readonly PictureOffer[] = singlePictures.map((offer) => ({
  ...offer,
  multipart: true,
}));

const maxSide = 8192;

const windowFunctions = { linear: "LINEAR", "linear-exact": "LINEAR_EXACT", sigmoid: "SIGMOID" } as const;

type Fail = (path: string, message: string) => void;

const numbersOf = (text: string): number[] =>
  text.split(",").map((word) => (word.trim() === "" ? Number.NaN : Number(word)));

/** `vw,vh` and perhaps `,sx,sy,sw,sh`: an empty one has its default; negative width or height mirror (PS3.18 8.3.5.1.3). */
function readViewport(
  text: string,
  fail: Fail,
): Pick<PictureRequest, "size" | "region" | "flipHorizontal" | "flipVertical"> {
  const words = text.split(",");
  const [vw = Number.NaN, vh = Number.NaN, sx, sy, sw, sh] = numbersOf(text);
  const side = (value: number) => Number.isInteger(value) && value >= 1 && value <= maxSide;
  if (!side(vw) || !side(vh) || (words.length !== 2 && words.length !== 6)) {
    fail("viewport", `must be vw,vh or vw,vh,sx,sy,sw,sh with sides of 1 to ${maxSide} pixels.`);
    return {};
  }
  const size = { width: vw, height: vh, enlarge: true };
  if (words.length === 2) return { size };
  const given = (value: number | undefined, index: number): number | undefined =>
    words[index]?.trim() === "" ? undefined : value;
  const [left, top, width, height] = [given(sx, 2) ?? 0, given(sy, 3) ?? 0, given(sw, 4), given(sh, 5)];
  const numbers = [left, top, width ?? 1, height ?? 1];
  if (!numbers.every(Number.isFinite) || left < 0 || top < 0 || width === 0 || height === 0) {
    fail("viewport", "the part of the picture must be sx,sy from 0 and sw,sh other than 0.");
    return {};
  }
  if ((width === undefined) !== (height === undefined) || (width === undefined && (left > 0 || top > 0))) {
    fail("viewport", "the part of the picture needs both sw and sh.");
    return {};
  }
  if (width === undefined || height === undefined) return { size };
  return {
    size,
    region: { left, top, width: Math.abs(width), height: Math.abs(height) },
    ...(width < 0 ? { flipHorizontal: true } : {}),
    ...(height < 0 ? { flipVertical: true } : {}),
  };
}

/** `center,width,function` (PS3.18 8.3.5.1.4). */
function readWindow(text: string, fail: Fail): Pick<PictureRequest, "window"> {
  const [centerText = "", widthText = "", name = "linear", ...more] = text
    .split(",")
    .map((word) => word.trim());
  const [center = Number.NaN, width = Number.NaN] = numbersOf(`${centerText},${widthText}`);
  const windowFunction =
    windowFunctions[name.toLowerCase().replace("_", "-") as keyof typeof windowFunctions];
  if (
    !Number.isFinite(center) ||
    !Number.isFinite(width) ||
    width <= 0 ||
    !windowFunction ||
    more.length > 0
  ) {
    fail("window", "must be center,width,function with function linear, linear-exact or sigmoid.");
    return {};
  }
  return { window: { center, width, function: windowFunction } };
}

function readQuality(text: string, fail: Fail): Pick<PictureRequest, "quality"> {
  const quality = Number(text);
  if (/^\d{1,3}$/.test(text) && quality >= 1 && quality <= 100) return { quality };
  fail("quality", "must be a whole number from 1 to 100.");
  return {};
}

/**
 * Reads the parameters of a rendered resource.
 * @throws Refusal `invalid` naming every parameter that is wrong, or that asks for what is not drawn
 */
export function readPictureRequest(query: URLSearchParams, format: PictureFormat): PictureRequest {
  const errors: RefusalDetail[] = [];
  const fail: Fail = (path, message) => errors.push({ path, message });
  const value = (name: (typeof renderedParameters)[number]) => query.get(name);
  for (const name of renderedParameters) if (query.getAll(name).length > 1) fail(name, "is given twice.");
  const viewport = value("viewport");
  const window = value("window");
  const quality = value("quality");
  const profile = value("iccprofile");
  if (profile !== null && profile !== "no")
    fail("iccprofile", "pictures are given without a colour profile.");
  const request: PictureRequest = {
    format,
    ...(viewport === null ? {} : readViewport(viewport, fail)),
    ...(window === null ? {} : readWindow(window, fail)),
    ...(quality === null ? {} : readQuality(quality, fail)),
  };
  const [first] = errors;
  if (first) throw new Refusal("invalid", "rendered.invalid", `${first.path}: ${first.message}`, { errors });
  return request;
}

/**
 * The window, and the part of the picture, of a presentation state are its own: such a request has its size and quality alone (PS3.18 8.3.5.1).
 * @throws Refusal `invalid` (`rendered.invalid`)
 */
export function refuseBesideState({ window, region }: PictureRequest): void {
  const path = window ? "window" : region ? "viewport" : null;
  if (path === null) return;
  const message =
    path === "window"
      ? "is said by the presentation state."
      : "takes a width and a height alone, because the presentation state says the part of the picture.";
  throw new Refusal("invalid", "rendered.invalid", `${path}: ${message}`, { errors: [{ path, message }] });
}
