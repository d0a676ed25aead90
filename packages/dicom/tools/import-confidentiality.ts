/**
 * Makes the fact tables of de-identification beside this file (confidentiality*.tsv, safe-private.tsv) from PS3.15 Annex E: Table E.1-1 as
 * JSON (innolitics/dicom-standard, confidentiality_profile_attributes.json; beside it sops.json and ciod_to_modules.json for the types of attributes)
 * and the chapter as reStructuredText (chsasank/dicom_standard, source/part15/chapter_E.rst) for Tables E.3.4-1 and E.3.10-1. Needed only when a new edition of the standard is taken
 * over; `generate.ts` then makes the TypeScript from the tables.
 *
 *   node import-confidentiality.ts <confidentiality_profile_attributes.json> <chapter_E.rst> <sops.json> <ciod_to_modules.json>
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const [profilePath, chapterPath, sopsPath, modulesPath] = process.argv.slice(2);
if (!modulesPath) throw new Error("four files are needed, see the top of this script");

const write = (name: string, lines: readonly string[]) =>
  writeFileSync(join(here, name), `${lines.join("\n")}\n`);

/** The letter of each option in the tables, and its member in the JSON. */
const optionMembers = {
  v: "rtnSafePrivOpt",
  u: "rtnUIDsOpt",
  e: "rtnDevIdOpt",
  i: "rtnInstIdOpt",
  p: "rtnPatCharsOpt",
  f: "rtnLongFullDatesOpt",
  m: "rtnLongModifDatesOpt",
  d: "cleanDescOpt",
  s: "cleanStructContOpt",
  g: "cleanGraphOpt",
} as const;

/** Tag (repeating groups with xx), action of the Basic Profile, then per option its letter and action, name. */
function profile(): string[] {
  const rows = JSON.parse(readFileSync(profilePath!, "utf8")) as Record<string, string>[];
  return rows
    .filter((row) => /^[0-9a-fx]{8}$/.test(row.id!))
    .map((row) => {
      const options = Object.entries(optionMembers).flatMap(([letter, member]) =>
        row[member] ? [letter + row[member]] : [],
      );
      return [
        row.id!.toUpperCase(),
        row.basicProfile!.replaceAll("/", ""),
        options.join(" "),
        row.name!,
      ].join("\t");
    })
    .sort();
}

/** The rows of the grid table that follows the title. A cell that fills its column goes on without a space. */
function gridTable(title: string): string[][] {
  const lines = readFileSync(chapterPath!, "utf8").split("\n");
  let at = lines.findIndex((line) => line.includes(`.. table:: ${title}`));
  if (at < 0) throw new Error(`there is no table "${title}"`);
  while (!lines[at]!.trim().startsWith("+")) at++;
  const rows: string[][] = [];
  let current: string[] | null = null;
  for (; /^\s*[+|]/.test(lines[at]!); at++) {
    const line = lines[at]!.trim();
    if (line.startsWith("+")) {
      if (current) rows.push(current.map((cell) => cell.trim()));
      current = null;
      continue;
    }
    const cells = line.slice(1, -1).split("|");
    const text = cells.map((cell) => {
      const full = cell.trimEnd().length === cell.length - 1;
      return cell.trim() + (full ? "" : " ");
    });
    current = current ? current.map((before, i) => before + text[i]!) : text;
  }
  return rows.slice(1);
}

/** Code value, scheme, value type, action of the Basic Profile, options. */
function content(): string[] {
  const letters = ["u", "e", "i", "p", "f", "m", "d"];
  return gridTable("Application Level Confidentiality Profile Clean Structured")
    .map((cells) => {
      const [, code, scheme, type, , , basic, ...options] = cells.map((cell) => cell.replace(/\s+/g, ""));
      const given = options.flatMap((action, i) => (action ? [letters[i]! + action] : []));
      return [code, scheme, type, basic!.replaceAll("/", ""), given.join(" ")].join("\t");
    })
    .sort();
}

/** Creator, group, element within the block, VR. */
function safePrivate(): string[] {
  const rows = gridTable("Safe Private Attributes").map(([element, creator, vr]) => {
    const found = /^\(([0-9A-Fa-f]{4}),xx([0-9A-Fa-f]{2})\)$/.exec(element!.replaceAll(" ", ""));
    if (!found) throw new Error(`${element} is no private element`);
    return [creator, found[1]!.toUpperCase(), found[2]!.toUpperCase(), vr].join("\t");
  });
  // Some rows of the table leave the VR open: what is in such an element is not known
  return [...new Set(rows.filter((row) => /\t[A-Z]{2}$/.test(row)))].sort();
}

/**
 * Attributes whose action depends on their type: modules in which they are type 1, those in which they are type 2. Elsewhere in the information
 * objects named below they are type 3, or do not belong there (PS3.3 A, C). What is not settled here keeps its most careful action.
 */
const typed: Readonly<Record<string, readonly [tag: string, type1: RegExp, type2: RegExp]>> = {
  AcquisitionContextSequence: ["00400555", /^$/, /^acquisition-context$/],
  AcquisitionDate: ["00080022", /^$/, /^pet-image$/],
  AcquisitionTime: ["00080032", /^$/, /^pet-image$/],
  AcquisitionDateTime: ["0008002A", /^waveform-identification$/, /^$/],
  AcquisitionDeviceProcessingDescription: ["00181400", /^$/, /^$/],
  ContentDate: [
    "00080023",
    /^(sr-document-general|key-object-document|multi-frame-functional-groups|segmentation-image|waveform-identification|spatial-registration|raw-data|real-world-value-mapping|sc-multi-frame-image)$/,
    /./,
  ],
  ContentTime: [
    "00080033",
    /^(sr-document-general|key-object-document|multi-frame-functional-groups|segmentation-image|waveform-identification|spatial-registration|raw-data|real-world-value-mapping|sc-multi-frame-image)$/,
    /./,
  ],
  ContentCreatorName: ["00700084", /^$/, /./],
  ContrastBolusAgent: ["00180010", /^$/, /./],
  DeviceSerialNumber: ["00181000", /^enhanced-general-equipment$/, /^$/],
  InstanceCreationDate: ["00080012", /^$/, /^$/],
  InstanceCreationTime: ["00080013", /^$/, /^$/],
  InstitutionName: ["00080080", /^$/, /^$/],
  InstitutionCodeSequence: ["00080082", /^$/, /^$/],
  ObservationDateTime: ["0040A032", /^sr-document-content$/, /^$/],
  OperatorsName: ["00081070", /^$/, /^rt-series$/],
  OperatorIdentificationSequence: ["00081072", /^$/, /^$/],
  ProtocolName: ["00181030", /^$/, /^$/],
  ReferencedPerformedProcedureStepSequence: [
    "00081111",
    /^$/,
    /^(sr-document-series|key-object-document-series)$/,
  ],
  ReferencedStudySequence: ["00081110", /^$/, /^$/],
  RequestedProcedureDescription: ["00321060", /^$/, /^$/],
  SeriesDate: ["00080021", /^pet-series$/, /^$/],
  SeriesTime: ["00080031", /^pet-series$/, /^$/],
  StationName: ["00081010", /^$/, /^$/],
};

const settled = new Set(
  [
    "Computed Radiography Image|CT Image|MR Image|Nuclear Medicine Image|Ultrasound Image|Ultrasound Multi-frame Image",
    "Secondary Capture Image|Multi-frame Grayscale Byte Secondary Capture Image|Multi-frame Grayscale Word Secondary Capture Image",
    "Multi-frame Single Bit Secondary Capture Image|Multi-frame True Color Secondary Capture Image|X-Ray Angiographic Image",
    "X-Ray Radiofluoroscopic Image|Digital X-Ray Image|Digital Mammography X-Ray Image|Digital Intra-Oral X-Ray Image",
    "Positron Emission Tomography Image|RT Image|RT Dose|RT Structure Set|Encapsulated PDF|Encapsulated CDA|Segmentation",
    "Grayscale Softcopy Presentation State|Color Softcopy Presentation State|Key Object Selection Document|Basic Text SR",
    "Enhanced SR|Comprehensive SR|Comprehensive 3D SR|X-Ray Radiation Dose SR|Mammography CAD SR|Chest CAD SR",
    "12-Lead ECG|General ECG|Ambulatory ECG|VL Endoscopic Image|VL Microscopic Image|VL Photographic Image",
  ]
    .join("|")
    .split("|"),
);

/** Tag, type (1 or 2), SOP class UIDs; and first, for no tag, all that are settled: the others of these are of type 3. */
function types(): string[] {
  const sops = JSON.parse(readFileSync(sopsPath!, "utf8")) as { id: string; ciod: string }[];
  const places = JSON.parse(readFileSync(modulesPath!, "utf8")) as { ciodId: string; moduleId: string }[];
  const idOf = (ciod: string) => ciod.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const modulesOf = (ciod: string) =>
    places.filter((place) => place.ciodId === idOf(ciod)).map((place) => place.moduleId);
  const classes = sops.filter((sop) => settled.has(sop.ciod));
  const rows = [
    [
      "",
      "",
      classes
        .map((sop) => sop.id)
        .sort()
        .join(" "),
    ].join("\t"),
  ];
  for (const [tag, first, second] of Object.values(typed)) {
    const byType: Record<number, string[]> = { 1: [], 2: [], 3: [] };
    for (const { id, ciod } of classes) {
      const modules = modulesOf(ciod);
      if (modules.length === 0) throw new Error(`no modules of ${ciod}`);
      const type = modules.some((name) => first.test(name))
        ? 1
        : modules.some((name) => second.test(name))
          ? 2
          : 3;
      byType[type]!.push(id);
    }
    for (const type of [1, 2]) rows.push([tag, type, byType[type]!.sort().join(" ")].join("\t"));
  }
  return rows.sort();
}

write("confidentiality.tsv", profile());
write("confidentiality-content.tsv", content());
write("confidentiality-types.tsv", types());
write("safe-private.tsv", safePrivate());
