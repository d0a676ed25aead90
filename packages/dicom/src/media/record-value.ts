import { parseDate, parseDateTime, parseTime } from "../match/date-time.ts";
import { isTolerableUid } from "../uids.ts";

/** Characters of a value (PS3.5 Table 6.2-1), where the VR has a limit. */
const longest: Readonly<Record<string, number>> = {
  AE: 16,
  SH: 16,
  LO: 64,
  ST: 1024,
  LT: 10_240,
};

/** Values of which PS3.3 has no others; by keyword. */
const enumerated: Readonly<Record<string, readonly string[]>> = {
  PatientSex: ["M", "F", "O"],
  Laterality: ["R", "L"],
  CompletionFlag: ["PARTIAL", "COMPLETE"],
  VerificationFlag: ["UNVERIFIED", "VERIFIED"],
};

/** Where half a value would be the name of something else. */
const neverCut = new Set(["AccessionNumber"]);

/** Of CT^CHEST^^^^^^: the components that PN has, and three groups of at most 64 characters. */
const personName = (value: string): string =>
  value
    .split("=")
    .slice(0, 3)
    .map((group) => characters(group.split("^").slice(0, 5).join("^"), 64).replace(/[\^ ]+$/, ""))
    .join("=")
    .replace(/=+$/, "");

const characters = (value: string, most: number): string => Array.from(value).slice(0, most).join("");

/** C0 controls, of which text of several lines has CR, LF, FF and TAB. */
const withoutControls = (value: string, ofLines: boolean): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  value.replace(ofLines ? /[\x00-\x08\x0b\x0e-\x1f\x7f]/g : /[\x00-\x1f\x7f]/g, "");

/** An integer in at most 12 characters, of 32 bits (PS3.5 6.2 IS): also from 3.0, as some write it. */
function integerString(value: string): string | null {
  if (!/^[+-]?\d+(\.0*)?$/.test(value)) return null;
  const number = Number(value);
  return Math.abs(number) < 2 ** 31 ? String(number) : null;
}

const digits = (value: string | null): string | null => value?.replaceAll("-", "") ?? null;

/**
 * A value of an instance as a directory record may have it: valid in its VR, mended where what was meant is beyond doubt (dates and times as they were once
 * written or with their separators, lower case codes, an over-long text cut), or null.
 */
export function recordValue(keyword: string, vr: string, given: string): string | null {
  const value = withoutControls(given, vr === "LT" || vr === "ST" || vr === "UT").trim();
  if (value === "") return null;
  switch (vr) {
    case "DA":
      return digits(parseDate(value) ?? parseDate(value.replace(/^(\d{4})[-/](\d\d)[-/](\d\d)$/, "$1$2$3")));
    case "TM":
      return parseTime(value) === null ? null : value.replaceAll(":", "");
    case "DT":
      return parseDateTime(value) === null ? null : value;
    case "IS":
      return integerString(value);
    case "CS": {
      const code = value.toUpperCase();
      if (!/^[A-Z0-9 _]{1,16}$/.test(code)) return null;
      return enumerated[keyword]?.includes(code) === false ? null : code;
    }
    case "UI":
      return isTolerableUid(value) ? value : null;
    case "PN":
      return personName(value) || null;
    case "DS":
      return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value) && value.length <= 16 ? value : null;
    case "AS":
      return /^\d{3}[DWMY]$/.test(value) ? value : null;
    default: {
      const most = longest[vr];
      if (most === undefined || Array.from(value).length <= most) return value;
      return neverCut.has(keyword) ? null : characters(value, most).trim();
    }
  }
}
