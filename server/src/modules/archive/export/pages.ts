import type { FacilityLanguage } from "@isocenter/contract";
import type { DirectoryNode } from "@isocenter/dicom";

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const firstOf = ({ values }: DirectoryNode, keyword: string): string => {
  const value = (values as Record<string, unknown>)[keyword];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" || typeof first === "number" ? String(first) : "";
};

const joined = (...words: string[]): string => escaped(words.filter((word) => word !== "").join(", "));

const spokenName = (name: string): string => (name.split("=")[0] ?? "").replaceAll("^", " ").trim();

interface Words {
  title: string;
  how: string;
  series: string;
  study: string;
  files(count: number): string;
  readme(product: string): readonly string[];
}

const words: Readonly<Record<FacilityLanguage, Words>> = {
  en: {
    title: "DICOM medium",
    how: "Open DICOMDIR with a DICOM viewer to see the images.",
    series: "Series",
    study: "Study",
    files: (count) => `: ${count} ${count === 1 ? "file" : "files"}`,
    readme: (product) => [
      "This medium holds medical images in DICOM format (PS3.10, General Purpose media).",
      "",
      "DICOMDIR     the directory: open it with a DICOM viewer",
      "DICOM/       the images and documents, by patient, study and series",
      "INDEX.HTM    an overview for a web browser",
      "",
      "The images may be compressed; a viewer has to know their transfer syntax.",
      "What is here is confidential. Handle it as the law of your country asks.",
      "",
      `Written by ${product}.`,
    ],
  },
  fr: {
    title: "Support DICOM",
    how: "Ouvrez DICOMDIR avec une visionneuse DICOM pour voir les images.",
    series: "Série",
    study: "Examen",
    files: (count) => ` : ${count} ${count === 1 ? "fichier" : "fichiers"}`,
    readme: (product) => [
      "Ce support contient des images médicales au format DICOM (PS3.10, General Purpose).",
      "",
      "DICOMDIR     le répertoire : à ouvrir avec une visionneuse DICOM",
      "DICOM/       les images et documents, par patient, examen et série",
      "INDEX.HTM    un aperçu pour un navigateur web",
      "",
      "Les images peuvent être comprimées ; la visionneuse doit connaître leur syntaxe de transfert.",
      "Ce contenu est confidentiel. Traitez-le comme la loi de votre pays le demande.",
      "",
      `Écrit par ${product}.`,
    ],
  },
};

function seriesRow(series: DirectoryNode, said: Words): string {
  const folder = series.path.join("/");
  const name = joined(firstOf(series, "Modality"), firstOf(series, "SeriesDescription")) || said.series;
  return `<li><a href="${escaped(folder)}/">${name}</a>${said.files(series.children.length)}</li>`;
}

/** `20260105` as people write it: the directory invents 1900-01-01 where there is none. */
function dayOf(study: DirectoryNode, language: FacilityLanguage): string {
  const found = /^(\d{4})(\d\d)(\d\d)$/.exec(firstOf(study, "StudyDate"));
  if (!found || found[0] === "19000101") return "";
  const [, year, month, day] = found;
  return language === "fr" ? `${day}/${month}/${year}` : `${year}-${month}-${day}`;
}

/** What a browser shows of the medium: patients, studies, series. Nothing in it is run or loaded. */
export function indexPage(patients: readonly DirectoryNode[], language: FacilityLanguage): string {
  const said = words[language];
  const bodies = patients.map((patient) => {
    const studies = patient.children.map(
      (study) =>
        `<h3>${joined(dayOf(study, language), firstOf(study, "StudyDescription")) || said.study}</h3><ul>${study.children.map((series) => seriesRow(series, said)).join("")}</ul>`,
    );
    return `<h2>${joined(spokenName(firstOf(patient, "PatientName")), firstOf(patient, "PatientID"))}</h2>${studies.join("")}`;
  });
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${said.title}</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}</style></head>
<body><h1>${said.title}</h1><p>${said.how}</p>
${bodies.join("\n")}
</body></html>
`;
}

/** README.TXT of the medium (PS3.10 recommends one for people who do not know DICOM). */
export const readme = (product: string, language: FacilityLanguage): string =>
  [...words[language].readme(product), ""].join("\r\n");

export interface Report {
  /** As it was asked for: basic,retain-uids. */
  deidentify: string;
  /** By the name of the file. */
  warnings: { name: string; text: string }[];
  left: { reason: string; files: number }[];
}

/** What was done to the files, and what a person has to look at before they are given away. */
export function deidentificationReport({ deidentify, warnings, left }: Report): string {
  const byText = new Map<string, string[]>();
  for (const { name, text } of warnings) byText.set(text, [...(byText.get(text) ?? []), name]);
  const lines = [
    "De-identified by the Basic Application Level Confidentiality Profile (PS3.15 E).",
    `Profile and options: ${deidentify}`,
    "",
    ...left.map(({ reason, files }) => `LEFT OUT, ${files} files: ${reason}`),
    ...(byText.size === 0 ? ["Nothing was noticed that a person has to look at."] : ["To be looked at:"]),
  ];
  for (const [text, names] of byText) {
    lines.push("", text, ...names.slice(0, 1000).map((name) => `  ${name}`));
    if (names.length > 1000) lines.push(`  and ${names.length - 1000} more`);
  }
  return `${lines.join("\r\n")}\r\n`;
}
