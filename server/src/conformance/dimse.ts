import {
  dictionaryEntry,
  formatTag,
  implementationClassUid,
  implementationVersionName,
  nonPatientSopClasses,
  registeredUid,
  SopClasses,
  sopClass,
  storageSopClasses,
  type Tag,
  transferSyntax,
} from "@isocenter/dicom";
import { defaultLimits, defaultTimeouts } from "@isocenter/dimse";
import { type QueryLevel, supportedKeys } from "../modules/archive/index.ts";
import { type WorklistKey, worklistKeys } from "../modules/orders/index.ts";
import {
  maxAssociations,
  offerFor,
  performedStepStatusOf,
  queryModels,
  retrieveModels,
  statusOfRefusal,
  storageTransferSyntaxes,
} from "../protocols/dimse/index.ts";
import { hexadecimal, inWords, table } from "./markdown.ts";

const nameOf = (uid: string): string =>
  sopClass(uid)?.name ?? transferSyntax(uid)?.name ?? registeredUid(uid)?.name ?? uid;

/** The services that are no storage, from what negotiation answers for every SOP class that the dictionary has. */
function services(): string {
  const rows = Object.values(SopClasses).flatMap((uid) => {
    const offer = offerFor(uid);
    if (!offer || offer.service === "storage") return [];
    const levels = queryModels[uid] ?? retrieveModels[uid]?.levels;
    return [[nameOf(uid), `\`${uid}\``, "SCP", offer.permission, levels?.join(", ") ?? "–"]];
  });
  return table(["SOP class", "UID", "role", "permission of the caller", "levels"], rows);
}

const syntaxTable = (uids: Iterable<string>): string =>
  table(
    ["transfer syntax", "UID"],
    [...uids].map((uid) => [nameOf(uid), `\`${uid}\``]),
  );

const storage = (): string =>
  table(
    ["SOP class", "UID"],
    storageSopClasses
      .filter((uid) => offerFor(uid)?.service === "storage")
      .map((uid) => [nameOf(uid), `\`${uid}\``]),
  );

const keyword = (tag: Tag): string => dictionaryEntry(tag)?.keyword ?? formatTag(tag);

/** Keys of a level, with those that are only returned in one line. */
function keys(level: QueryLevel, name: string): string {
  const ours = supportedKeys(level).filter((key) => key.level === level);
  const matched = ours.filter(({ matching }) => matching.length > 0);
  const returned = ours.filter(({ matching, within }) => matching.length === 0 && within === undefined);
  const rows = matched.map(({ tag, within, vr, matching, byDefault }) => [
    within === undefined ? keyword(tag) : `${keyword(within)} > ${keyword(tag)}`,
    formatTag(tag),
    vr,
    matching.join(", "),
    byDefault ? "yes" : "when asked",
  ]);
  return [
    `#### ${name}`,
    table(["key", "tag", "VR", "matching", "returned"], rows),
    `Returned and not matched: ${returned.map(({ tag }) => keyword(tag)).join(", ") || "none"}.`,
  ].join("\n\n");
}

/** Keys of the modality worklist, those of a sequence after it. */
function worklist(): string {
  const rowsOf = (known: readonly WorklistKey[], within: string): string[][] =>
    known.flatMap(({ tag, vr, required, type, items }) => [
      [`${within}${keyword(tag)}`, formatTag(tag), vr, required ? "required" : "optional", type],
      ...rowsOf(items ?? [], `${within}${keyword(tag)} > `),
    ]);
  return table(["key", "tag", "VR", "matching in PS3.4", "return type"], rowsOf(worklistKeys, ""));
}

const statuses = (): string =>
  table(
    ["why", "C-STORE", "C-FIND", "C-MOVE, C-GET"],
    Object.entries(statusOfRefusal).map(([kind, status]) => [
      kind,
      hexadecimal(status.store),
      hexadecimal(status.find),
      hexadecimal(status.retrieve),
    ]),
  );

const numbers = (values: object): string =>
  table(
    ["", "default"],
    Object.entries(values).map(([name, value]) => [`\`${name}\``, inWords(name, value as number)]),
  );

/** What the DIMSE listener negotiates and answers (PS3.2 N.4 and N.5). */
export function dimseStatement(): string {
  return [
    "## DIMSE",
    `Implementation class UID \`${implementationClassUid}\`, version name \`${implementationVersionName}\`. AE title \`ISOCENTER\` (\`AE_TITLE\`), port 11112 (\`DICOM_PORT\`), ` +
      "TLS on `DICOM_TLS_PORT`. PDUs of any length are taken up to the limit below and sent as long as the peer takes them. Operations are performed one at a time: " +
      `an asynchronous operations window is answered with 1, 1. At most ${maxAssociations} associations at one time; where all are taken, one on which nothing has gone on for ${defaultTimeouts.yieldMs / 1000} seconds is ended (A-ABORT) for the next caller.`,
    "A caller is recognized by its AE title together with its address or its TLS certificate, and may do what its permissions say, within its facility. A caller " +
      "that is not known may verify and store from the same machine only.",
    "### Services offered",
    services(),
    `Storage Commitment Push Model (\`${SopClasses.StorageCommitmentPushModel}\`) is offered to known callers: as SCP with the permission commit, and as SCU, whose N-EVENT-REPORT may come on the ` +
      "same association or on another. Our own reports go out on the association that asked while it is open, else on a new one to the address of the modality, and again until they are taken.",
    "Data sets of these services are taken and sent in Implicit VR Little Endian, Explicit VR Little Endian and Explicit VR Big Endian. Extended negotiation: relational " +
      "queries, combined matching of date and time, fuzzy matching of person names, relational retrieval; for C-GET the caller proposes itself as SCP of the storage SOP classes it takes.",
    "As SCU: Verification, C-FIND, C-MOVE and C-GET of the same models, and storage, to the modalities that an administrator registers. An instance is sent as it is kept where the receiver takes " +
      "that, else in a syntax that it takes, without loss.",
    "### Statuses of refusals",
    "`0000H` is success. A failure says why in Error Comment (0000,0902).",
    statuses(),
    "C-MOVE and C-GET (PS3.4 Tables C.4-2 and C.4-3) tell Remaining, Completed, Failed and Warning Sub-operations in pending responses (FF00H), and end with 0000H; B000H where some failed or were " +
      "taken with a warning; A702H where none was taken; FE00H with the counts on C-CANCEL. What failed stands in Failed SOP Instance UID List (0008,0058), the first 1000. A801H: the Move Destination is no " +
      "modality of the caller's facility. A900H: the unique key of the level is missing or no UID; keys of higher levels are matched where they are given (relational retrieval). A C-MOVE names its " +
      "originator in each sub-operation; a C-GET serves the SOP classes for which role selection made the caller SCP.",
    "### Storage",
    "Every instance is kept as it was received, bit for bit; the level of storage is 2 (full), no element is discarded or coerced in what is kept. What is sent bears the current identity of the patient and " +
      "the corrections of the department; what they replaced stands in Original Attributes Sequence (0400,0561).",
    "Transfer syntaxes:",
    syntaxTable(storageTransferSyntaxes),
    "SOP classes; private ones, and standard ones that are newer than this table, are stored as well:",
    storage(),
    `Objects that are of no patient and no study (PS3.4 GG) are kept where they name a study all the same; else they are refused, by C-STORE with 0122H (SOP class not supported), by STOW-RS with the same Failure Reason, and by upload and import with the reason in words: ${[...nonPatientSopClasses].map(nameOf).join(", ")}.`,
    "### Query keys",
    "The same keys serve C-FIND, QIDO-RS and the REST lists. Keys of higher levels may be matched at lower ones (relational). Universal and zero-length matching is open to all.",
    keys("PATIENT", "Patient"),
    keys("STUDY", "Study"),
    keys("SERIES", "Series"),
    keys("INSTANCE", "Image"),
    "### Modality worklist",
    "Every key is matched by single value, wildcards, range, list of UIDs or sequence, as its VR has it, and returned when it is asked for, empty where there is no value. A list of values matches any of them also " +
      "for text. A range of start dates with a range of start times is one period. Without a condition on Scheduled Procedure Step Status (0040,0020) steps that are SCHEDULED, ARRIVED or READY are told; STARTED, " +
      "COMPLETED, CANCELED and DISCONTINUED where it is matched. A step without a station is scheduled for the station that asks. Dates and times are of the facility's time zone. Matches come by their start; " +
      "more than 20,000 are refused with A700H. The answer is in the character set of the request where that has every character, else in ISO_IR 192.",
    worklist(),
    "### Performed procedure steps",
    "N-CREATE and N-SET of the Modality Performed Procedure Step SOP class, N-GET of its Retrieve SOP class. A step is created IN PROGRESS with every attribute that PS3.4 Table F.7.2-1 has as type 1, and with Patient's Name, Patient ID, Accession Number, Requested Procedure ID and Scheduled Procedure Step ID; the others of type 2 are added without a value where they are left out; " +
      "what stands since then may be said again by N-SET and not otherwise; one that ends has an end date and time, and one that is COMPLETED a series. Failures name the attribute in Offending Element (0000,0901). " +
      "A step without a UID gets one. It moves the scheduled steps that it names and their orders, where the numbers that it says are theirs and the patient fits; else it is kept by itself.",
    table(
      ["why", "status", "Error ID"],
      Object.entries(performedStepStatusOf).map(([why, [status, errorId]]) => [
        why,
        hexadecimal(status),
        errorId === undefined ? "–" : hexadecimal(errorId),
      ]),
    ),
    "### Limits and time-outs of an association",
    numbers(defaultLimits),
    numbers(defaultTimeouts),
  ].join("\n\n");
}
