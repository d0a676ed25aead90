import type { FacilityLanguage, SharedStudy } from "@isocenter/contract";
import { escapeHtml } from "../../../platform/index.ts";

/** Pictures of this page come from the link itself; nothing is run, and nothing is loaded from elsewhere. */
export const pagePolicy =
  "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const words = {
  en: {
    study: "Examination",
    until: "This link works until",
    report: "Report (PDF)",
    image: "Image",
    file: "DICOM file",
    none: "There are no images.",
    more: "More images",
    caution: "These are previews and not for diagnosis; the DICOM files are the images as they were made.",
    gone: "This link does not open anything: it is not complete, it has expired, or it was taken back. Ask whoever sent it for another one.",
  },
  fr: {
    study: "Examen",
    until: "Ce lien fonctionne jusqu’au",
    report: "Compte rendu (PDF)",
    image: "Image",
    file: "Fichier DICOM",
    none: "Il n’y a pas d’images.",
    more: "Autres images",
    caution:
      "Ce sont des aperçus, qui ne servent pas au diagnostic ; les fichiers DICOM sont les images telles qu’elles ont été faites.",
    gone: "Ce lien n’ouvre rien : il est incomplet, il a expiré ou il a été retiré. Demandez-en un autre à la personne qui l’a envoyé.",
  },
};

/** Whether a person's browser asks: those name HTML before everything else (RFC 9110, 12.5.1), programs do not. */
export const asksForPage = (accept: string | undefined): boolean =>
  /^\s*text\/html\s*[,;]/i.test(`${accept ?? ""},`);

/** The first language that a browser asks for, of those that there are. */
export const languageOf = (acceptLanguage: string | undefined): FacilityLanguage =>
  /^\s*fr\b/i.test(acceptLanguage ?? "") ? "fr" : "en";

const document = (language: FacilityLanguage, title: string, body: string): string => `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}
ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));gap:1rem;padding:0;list-style:none}
img{display:block;width:100%;aspect-ratio:1;object-fit:contain;background:#000}
</style></head><body>
${body}
</body></html>
`;

/** "5 January 2026 at 10:31 (Europe/Zurich)": the reader may be elsewhere than the facility whose clocks these are. */
function moment(iso: string, timeZone: string, language: FacilityLanguage): string {
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone,
  });
  return `${format.format(new Date(iso))} (${timeZone})`;
}

/** What a browser shows of a link. @param timeZone of the facility, IANA */
export function sharedPage(shown: SharedStudy, timeZone: string, language: FacilityLanguage): string {
  const said = words[language];
  const link = (url: string, text: string) => `<a href="${escapeHtml(url)}">${text}</a>`;
  const images = shown.images.map((image) => {
    const name = escapeHtml(
      [image.modality, `${said.image} ${image.instanceNumber ?? ""}`.trim()].filter(Boolean).join(", "),
    );
    const picture =
      image.previewUrl === null
        ? ""
        : link(
            image.previewUrl,
            `<img src="${escapeHtml(image.previewUrl)}" alt="${name}" loading="lazy" width="256" height="256">`,
          );
    return `<li>${picture}${name} · ${link(image.contentUrl, said.file)}</li>`;
  });
  const about = [shown.studyDescription ?? said.study, shown.studyDate, shown.modalities.join(", ")];
  return document(
    language,
    said.study,
    `<h1>${escapeHtml(shown.patientName)}</h1>
<p>${escapeHtml(about.filter(Boolean).join(" · "))}</p>
<p>${said.until} ${escapeHtml(moment(shown.expiresAt, timeZone, language))}. ${said.caution}</p>
${shown.report ? `<p>${link(shown.report.url, said.report)}</p>` : ""}
${images.length > 0 ? `<ul>${images.join("\n")}</ul>` : shown.next === null ? `<p>${said.none}</p>` : ""}
${shown.next === null ? "" : `<p>${link(shown.next, said.more)}</p>`}`,
  );
}

/** What a browser shows of a link that does not open. */
export const gonePage = (language: FacilityLanguage): string =>
  document(language, words[language].study, `<p>${words[language].gone}</p>`);
