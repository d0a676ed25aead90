/**
 * Makes the fact tables beside this file (attributes.tsv, uids.tsv, private.tsv) from a DCMTK source tree and, for
 * the names that the standard gives to attributes and UIDs, from pydicom's tables. Needed only when a new edition of the
 * standard is taken over; `generate.ts` then makes the TypeScript from the tables.
 *
 *   node import-facts.ts <dicom.dic> <private.dic> <dcuid.h> <dcuid.cc> <_dicom_dict.py> <_uid_dict.py>
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const [dictionaryPath, privatePath, headerPath, tablePath, namesPath, uidNamesPath] = process.argv.slice(2);
if (!uidNamesPath) throw new Error("six files are needed, see the top of this script");

const read = (path: string) => readFileSync(path, "utf8");
const words = (keyword: string) =>
  keyword.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");

/** Names by "GGGGEEEE" (repeating groups with "xx") and by UID. */
function namesOf(text: string, key: RegExp): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split("\n")) {
    const found = key.exec(line);
    if (found) names.set(found[1]!.toUpperCase(), (found[2] ?? found[3] ?? "").trim());
  }
  return names;
}

function attributes(): string[] {
  const names = namesOf(
    read(namesPath!),
    /^\s+(?:0x|')([0-9A-Fa-fx]{8})'?: \('[^']*', '[^']*', (?:"([^"]*)"|'([^']*)')/,
  );
  const lines = new Map<string, string>();
  for (const line of read(dictionaryPath!).split("\n")) {
    const [tag, vr, rawKeyword, vm, version] = line.split("\t");
    if (!tag?.startsWith("(") || !version?.startsWith("DICOM") || vr === "na") continue;
    const retired = version.includes("retired");
    const keyword = rawKeyword!.replace(/^RETIRED_/, "").replace(/[^A-Za-z0-9]/g, "");
    const [group, element] = tag.slice(1, -1).split(",") as [string, string];
    const first = group.slice(0, 4) + element.slice(0, 4);
    const mask = group.includes("-") ? "group" : element.includes("-") ? "element" : "";
    const key =
      mask === "group"
        ? `${group.slice(0, 2)}xx${element}`
        : mask
          ? `${group}${element.slice(0, 2)}xx`
          : first;
    const name = names.get(key.toUpperCase()) || names.get(first.toUpperCase()) || words(keyword);
    const row = [
      first.toUpperCase(),
      mask,
      vr,
      vm,
      retired ? "retired" : "",
      keyword,
      name === words(keyword) ? "" : name,
    ];
    const before = lines.get(first);
    if (!before || (before.includes("\tretired\t") && !retired)) lines.set(first, row.join("\t"));
  }
  return [...lines.values()].sort();
}

function kindOf(type: string, service: string, keyword: string): string {
  if (type === "TransferSyntax") return "transfer-syntax";
  if (type === "SOPClass") {
    if (service === "Storage") return "storage";
    if (service === "QueryRetrieve") return "query-retrieve";
    if (service === "Worklist") return "worklist";
    if (service === "PrintManagement") return "print";
    if (/PerformedProcedureStep/.test(keyword)) return "performed-step";
    if (/StorageCommitment/.test(keyword)) return "storage-commitment";
    if (keyword === "Verification") return "verification";
    return "sop-class";
  }
  const kinds: Record<string, string> = {
    MetaSOPClass: "meta-sop-class",
    SOPInstance: "instance",
    FrameOfReference: "frame-of-reference",
    ApplicationContextName: "application-context",
    CodingScheme: "coding-scheme",
    ServiceClass: "service-class",
    MappingResource: "mapping-resource",
    LDAP: "ldap",
    ApplicationHosting: "hosting",
  };
  return kinds[type] ?? "other";
}

function uids(): string[] {
  const values = new Map<string, string>();
  for (const [, name, value] of read(headerPath!).matchAll(/#define\s+(UID_\w+)\s+"([0-9.]+)"/g))
    values.set(name!, value!);
  const names = namesOf(read(uidNamesPath!), /^\s+'([0-9.]+)': \((?:"([^"]*)"|'([^']*)')/);
  const rows = new Map<string, string>();
  const entry =
    /\{\s*(UID_\w+),\s*(?:"([^"]*)"|NULL[^,]*),\s*"([^"]*)",\s*\{\s*\w+,\s*EUV_(\w+),\s*EUT_(\w+),\s*EUST_(\w+)/g;
  for (const [, symbol, official, own, version, type, service] of read(tablePath!).matchAll(entry)) {
    const uid = values.get(symbol!);
    if (!uid || rows.has(uid)) continue;
    const keyword = (official || own!.replace(/^(RETIRED|DRAFT)_/, "")).replace(/[^A-Za-z0-9]/g, "");
    const kind = kindOf(type!, service!, keyword);
    const state = version === "Standard" ? "" : version!.toLowerCase();
    const name = (names.get(uid) || words(keyword)).replace(/ \((Retired|Trial)\)$/, "");
    rows.set(uid, [uid, kind, state, keyword, name].join("\t"));
  }
  return [...rows.values()].sort();
}

/** Private attributes whose creator and VR are known: creator, group, element within the block, VR. */
function privates(): string[] {
  const rows = new Set<string>();
  for (const line of read(privatePath!).split("\n")) {
    const found = /^\(([0-9A-Fa-f]{4}),"([^"]+)",([0-9A-Fa-f]{2})\)\t(\w\w)\t/.exec(line);
    if (!found || found[4] === "UN") continue;
    rows.add([found[2], found[1]!.toUpperCase(), found[3]!.toUpperCase(), found[4]].join("\t"));
  }
  return [...rows].sort();
}

const write = (name: string, lines: string[]) => writeFileSync(join(here, name), `${lines.join("\n")}\n`);
write("attributes.tsv", attributes());
write("uids.tsv", uids());
write("private.tsv", privates());
