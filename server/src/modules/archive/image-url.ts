import { Refusal } from "../../platform/index.ts";

/** A path of ours or a whole URL, as it was given. @throws Refusal `invalid` with the code */
export function checkImageUrl(url: string, origins: readonly string[], code: string): string {
  const message = "must be a path of ours, such as /dicom/wado/1.2.3, or an https URL";
  const refused = () =>
    new Refusal("invalid", code, `url ${message}.`, { errors: [{ path: "body.url", message }] });
  // What browsers take for another host: `//host`, `/\host`, and characters that they leave out.
  if (/[\s\\\p{Cc}]/u.test(url)) throw refused();
  if (url.startsWith("/")) {
    if (url.startsWith("//") || /(^|\/)\.\.?(\/|$)/.test(decoded(url.split(/[?#]/)[0]!, refused)))
      throw refused();
    return url;
  }
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || parsed.username !== "" || parsed.password !== "" || parsed.hostname === "")
    throw refused();
  if (parsed.protocol === "https:" || origins.includes(parsed.origin)) return url;
  throw refused();
}

function decoded(path: string, refused: () => Refusal): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw refused();
  }
}
