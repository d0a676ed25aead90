import {
  DicomError,
  decodeText,
  encodeText,
  foldName,
  fromDicomJson,
  matchesPersonName,
  matchesWildcard,
  parseDateRange,
  parseDateTimeRange,
  parsePersonName,
  parseTimeRange,
  phoneticKeys,
  wildcardToLike,
} from "@isocenter/dicom";
import { latin1, type Target } from "../target.ts";

const characterSets = [
  "ISO_IR 6",
  "ISO_IR 100",
  "ISO_IR 192",
  "GB18030",
  "GBK",
  "ISO_IR 13",
  "ISO 2022 IR 6",
  "ISO 2022 IR 87",
  "ISO 2022 IR 149",
  "ISO 2022 IR 58",
  "ISO 2022 IR 159",
  "nonsense",
];

/** Character sets, names, dates, patterns and DICOM JSON. */
export const target: Target = {
  name: "text",
  maxBytes: 2048,
  tokens: [
    "*",
    "?",
    "^",
    "=",
    "\\",
    "-",
    "\x1b$B",
    "\x1b(J",
    "\x1b$)C",
    "\x1b$)A",
    "\x0e",
    "\xff",
    "+0100",
    "null",
    "{",
    '"Value":[',
  ].map(latin1),
  seeds: () =>
    [
      "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=",
      "20200101-20201231",
      "20200101120000.123456+0100-20210101",
      "0815-1600",
      "*a*b*c*?*",
      "Müller^Jörg^^Dr.^PhD",
      '{"00100010":{"vr":"PN","Value":[{"Alphabetic":"Doe^Jane"}]},"00081140":{"vr":"SQ","Value":[{"00081155":{"vr":"UI","Value":["1.2"]}}]},"7FE00010":{"vr":"OW","InlineBinary":"AAAA"}}',
      '{"00280008":{"vr":"IS","Value":[1]},"00280030":{"vr":"DS","Value":[0.5,1e300]},"00201208":{"vr":"UV","Value":["18446744073709551615"]}}',
    ].map(latin1),
  run(input, chance) {
    const sets = Array.from({ length: 1 + chance(3) }, () => characterSets[chance(characterSets.length)]!);
    const text = decodeText(input, sets, ["PN", "LO", "UT", "SH"][chance(4)]!);
    foldName(text);
    parsePersonName(text);
    phoneticKeys(text);
    for (const parse of [parseDateRange, parseTimeRange, parseDateTimeRange]) parse(text);
    const [pattern = "", name = ""] = text.split("=");
    matchesPersonName(pattern, name);
    matchesWildcard(pattern, name);
    wildcardToLike(pattern);
    try {
      encodeText(text, sets, "LO");
    } catch (error) {
      if (!(error instanceof DicomError)) throw error;
    }
    let json: unknown;
    try {
      json = JSON.parse(input.toString("utf8"));
    } catch {
      return;
    }
    try {
      fromDicomJson(json as never);
    } catch (error) {
      if (!(error instanceof DicomError)) throw error;
    }
  },
};
